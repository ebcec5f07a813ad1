"""What the bot says by itself: one file per job, one row per job in the table of kinds."""
