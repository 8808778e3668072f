"""A fictional city, made the same again from the same seed: for demonstrations, tests and measurements."""
