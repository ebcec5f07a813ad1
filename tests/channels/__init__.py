"""Claims about channels."""
