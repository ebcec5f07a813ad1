"""What the bot costs, measured beside what one would use instead: `make bench`."""
