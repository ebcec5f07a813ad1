"""Tiến Độ: a chat bot for field teams that work against a number and a date."""
