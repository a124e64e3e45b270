"""Deterministic simulation: the real decision code, in virtual time, against an exchange as bad as a real one."""
