"""What an import would do, and how far it has come."""
