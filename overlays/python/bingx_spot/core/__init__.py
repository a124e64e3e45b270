"""One call, from the request to a certain outcome. Pure: no socket, no clock of its own, no HTTP library."""
