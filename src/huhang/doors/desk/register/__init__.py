"""The register at the desk: the list, a subject's record, editing, contacts, duplicates, corrections."""
