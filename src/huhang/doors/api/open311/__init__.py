"""Open311 GeoReport v2: the standard door for city platforms, mapped on requests and categories (L3, ADR 19)."""
