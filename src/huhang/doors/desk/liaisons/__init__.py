"""Who answers for whom: the list, a subject's chiefs, plans, skills (B1)."""
