"""How fast one cancel is, beside other clients: `make bench`."""
