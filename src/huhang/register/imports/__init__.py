"""The register from tables: checked row by row before anything is saved, by key, undone within a day (A4)."""
