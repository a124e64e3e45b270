"""Every Python at hand: `make pythons`."""
