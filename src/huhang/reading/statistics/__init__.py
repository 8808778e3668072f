"""How many cases there are, by unit, state and month of receipt, from the counts the database keeps."""
