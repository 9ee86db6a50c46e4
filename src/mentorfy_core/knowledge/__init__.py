"""What is learned, how it is found, and when the honest answer is "I don't know"."""
