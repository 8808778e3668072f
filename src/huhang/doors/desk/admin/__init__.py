"""The desk's pages of administration: people, units, catalogue, health, tokens, journal; each has its permission."""
