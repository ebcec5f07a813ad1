"""The rehearsal and the server under it."""
