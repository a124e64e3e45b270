"""What is decided, without a socket and without waiting."""
