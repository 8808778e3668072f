"""One map: what stands where, as far as the one who looks may see it (A2)."""
