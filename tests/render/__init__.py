"""What is claimed of what the bot shows."""
