"""Deterministic simulation: the real decision code, in virtual time, against an adversarial exchange."""
