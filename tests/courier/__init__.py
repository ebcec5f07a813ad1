"""Claims about the courier."""
