"""One folder a kind of case; kinds are strangers to one another."""
