"""Ids for parametrized tests that can be given back to pytest."""


def plain(value: object) -> str:
    """Show the beginning of a value without anything that pytest would escape.

    It escapes ids anew in each of its sessions within one process; one that changes by that can no longer be
    asked for, and `make mutation` asks for tests by their ids.
    """
    return ascii(value)[:40].replace("\\", "/")
