"""From words to a page: parse, retrieve, rank, present; `service.py` composes them."""
