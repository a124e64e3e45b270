"""How long it takes until a cancel is known to be cancelled, while the network misbehaves."""
