"""Who is in the library: faces gathered into people, named, merged, split, forgotten."""
