"""Sandbox and contract agree: Schemathesis sends what the contract allows and what it forbids."""
