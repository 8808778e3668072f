"""How many cases there are, kept by the database as they change."""
