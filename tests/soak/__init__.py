"""The soak: a province at work for days, a nemesis beside it, and what must hold of the history they leave."""
