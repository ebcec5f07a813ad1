"""The embedded Bot API server and the rehearsal on top of it."""
