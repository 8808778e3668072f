"""Duties that come round by rule: who owes them, in which period, and whether they were done (B2)."""
