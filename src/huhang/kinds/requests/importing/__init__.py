"""Requests that come in as a table: read, matched, checked row by row, then filed like any other (A4)."""
