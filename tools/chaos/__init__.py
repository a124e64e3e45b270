"""Cancels among faults, over real sockets: `make chaos`."""
