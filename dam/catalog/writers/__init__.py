"""Changes to the catalogue, one short transaction each."""
