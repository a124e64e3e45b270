"""Whether the tests notice when the code that decides is wrong."""
