"""What a document is, what can happen to it, and how it looks to people."""
