"""Visits at the desk: whom to see, the form, and what was visited (B3)."""
