"""The command line, as an admin types it."""
