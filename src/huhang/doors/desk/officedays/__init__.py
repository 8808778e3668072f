"""Office days at the desk: what is announced and what came of it, announcing one (B6)."""
