"""What people say to the bot, and what it does about it."""
