"""Random input for what reads the bytes of others; each module is a target with `main(seconds)`."""
