"""What to do next, given what happened; plain objects that do no I/O and know no engine."""
