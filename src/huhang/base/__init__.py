"""Infrastructure with tables: people, access, journal, vault, files, jobs, messages."""
