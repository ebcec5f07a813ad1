"""The crash suite: the bot is killed at random moments under load, and nothing may be lost or counted twice."""
