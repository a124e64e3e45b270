"""`make fuzz`: hostile input, for as long as there is time."""
