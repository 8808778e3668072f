"""The doors: thin rooms through which each sort of person comes in. Layout, words and routes; almost no decisions."""
