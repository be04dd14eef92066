"""Transcripts as people correct them, who speaks, and the formats that others read."""
