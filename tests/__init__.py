"""Tests are claims."""
