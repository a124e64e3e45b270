"""The wheel on every installed Python: `make pythons`."""
