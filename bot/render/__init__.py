"""Shapes become text here; all wording lives in templates."""
