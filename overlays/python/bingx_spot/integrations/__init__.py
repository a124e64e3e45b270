"""Other libraries' clients, whose spot cancels go through this package."""
