"""Find out what is wrong on a person's machine, one thing after another: `bingx-spot doctor`."""
