"""Bulk cancels: what to cancel, how each order ended, and a journal that survives a crash."""
