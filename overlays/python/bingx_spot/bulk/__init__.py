"""Many cancels in one run: what is asked, how each ended, and a journal that survives the machine."""
