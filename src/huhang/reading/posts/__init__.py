"""What posts did in a span of days: one condition gives each number and the rows behind it (B4)."""
