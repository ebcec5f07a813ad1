"""The bots that are measured, each a program of its own; what they need comes from the environment."""
