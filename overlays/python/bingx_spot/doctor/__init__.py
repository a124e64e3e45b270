"""Checks of this machine, the network and the account: everything that a cancel needs."""
