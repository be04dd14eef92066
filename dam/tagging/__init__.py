"""What is in the library, in words: the vocabulary scored against stored vectors, and tags that users teach."""
