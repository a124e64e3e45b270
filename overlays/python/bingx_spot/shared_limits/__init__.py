"""Share the limits of one API key between clients, processes and machines."""
