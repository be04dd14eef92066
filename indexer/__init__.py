"""From a folder to records: scan, intake, prepare, embed, transcribe; `pipeline.py` composes them."""
