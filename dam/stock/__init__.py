"""Stock agencies: their rules as data, what violates them, and exactly the files that they take."""
