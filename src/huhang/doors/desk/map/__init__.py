"""One map and the list that says the same (A2)."""
