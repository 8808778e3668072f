"""Hot matters of a week and the worst of a year (C6): looks, never writes."""
