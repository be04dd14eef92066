"""Models of sound: stretches of it, and words, to vectors of one space."""
