"""Figures: composed from what kinds declare, by unit and period, each with the rows behind it."""
