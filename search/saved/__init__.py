"""What is kept of searches: collections, the history, pinned searches."""
