"""How many subjects stand where, kept by the database as they change (A2)."""
