"""Recurring duties at the desk: what I owe, unit by unit, one duty, the calendar and its address (B2)."""
