"""Lectures, drills and checks at the desk: the calendar, planning one, and its codes on the wall (B5)."""
