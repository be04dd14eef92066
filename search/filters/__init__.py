"""What each operator of a search keeps: `units` by what models and people say, `assets` by what files say."""
