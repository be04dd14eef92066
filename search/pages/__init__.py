"""What pages other than the results are put together from."""
