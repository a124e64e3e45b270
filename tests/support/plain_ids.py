"""Ids for parametrized tests by which pytest can select them."""


def plain(value: object) -> str:
    """Return the beginning of a value without anything that pytest escapes.

    pytest escapes ids once more in each of its sessions within one process, and then does not find a test by
    its first id, by which `make mutation` selects it.
    """
    return ascii(value)[:40].replace("\\", "/")
