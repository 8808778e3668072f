"""Who answers for each enterprise and project: four tiers, five chiefs, the officer they meet (B1)."""
