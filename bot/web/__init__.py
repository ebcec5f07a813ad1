"""The bot's one web server: deliveries of the messenger, health, metrics."""
