"""Settings by subject, addresses, and the list of kinds."""
