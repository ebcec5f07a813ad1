"""What is shipped for servers: it is linted here, since it cannot be run in a test."""
