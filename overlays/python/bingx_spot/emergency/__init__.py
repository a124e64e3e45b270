"""The emergency brake: cancel everything that is open and prove it; the dead man's switch."""
