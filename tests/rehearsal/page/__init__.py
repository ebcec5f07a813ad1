"""The rehearsal's page."""
