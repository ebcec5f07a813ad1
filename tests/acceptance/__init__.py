"""The commanders' desk as a whole: what one asks for at the end, held against what was said on the way."""
