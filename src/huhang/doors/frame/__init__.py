"""What every page shares: layout, theme, parts, browser scripts, the pages that say what went wrong. No tables."""
