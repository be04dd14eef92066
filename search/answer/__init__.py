"""An answer as pages show it: in order, in groups, with what it can be narrowed by and why each hit is there."""
