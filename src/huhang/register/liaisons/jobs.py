"""Making the plan somebody asked for."""

import uuid

from django.utils import timezone

from huhang.base.jobs.registry import work
from huhang.register.liaisons import actions


@work(actions.PLAN)
def make_plan(plan: str) -> None:
    """Computes one plan, in one transaction with the promise to do so."""
    actions.compute(uuid.UUID(plan), timezone.now())
