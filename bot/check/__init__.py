"""Checks: whether config, data, roster, token, clock, disk and SQLite are fit for a campaign; nothing is changed."""
