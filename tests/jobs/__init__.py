"""What the bot says by itself."""
