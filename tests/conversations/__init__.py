"""What is said, and what is shown."""
