"""How the counts stand: what is not folded yet, and the last comparison with the cases."""

from huhang.cases.counts.models import Counted, Proof


def fresh() -> int:
    """Rows waiting to be folded."""
    return Counted.objects.filter(fresh=True).count()


def last_proof() -> Proof | None:
    """The newest comparison."""
    return Proof.objects.order_by("-at").first()


def last_fault() -> Proof | None:
    """The newest comparison in which something differed."""
    return Proof.objects.filter(sorts__gt=0).order_by("-at").first()
