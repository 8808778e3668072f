"""Figures of the whole stack beside the bare query: `make bench`."""
