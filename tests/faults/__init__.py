"""The catalogue of faults: each test names its row."""
