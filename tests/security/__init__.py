"""Secrets, locks and what the security document claims."""
