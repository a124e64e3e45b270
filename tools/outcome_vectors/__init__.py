"""The outcome vectors: server behaviours, the requests that a client then sends, and how its call ends."""
