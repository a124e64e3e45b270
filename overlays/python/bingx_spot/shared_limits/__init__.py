"""Let clients, processes and machines that use one API key share its limits."""
