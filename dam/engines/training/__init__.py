"""Scripts that make the weights this project ships; nothing imports them at run time."""
