"""The public names of the SDK, compared with the last release: `make surface-diff`."""
