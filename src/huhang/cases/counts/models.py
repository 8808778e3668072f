"""What the database keeps of how many cases there are; only its own triggers and functions write here."""

from django.db import models
from django.db.models import Q


class Counted(models.Model):
    """So many cases more or fewer of one sort; how many there are is the sum over all rows of that sort.

    A change of cases adds *fresh* rows; the duty folds those of one sort into one row. ``month`` is the first day of
    the month of receipt in the city's time. The branch stands here as it stands in the case.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=24)
    month = models.DateField()
    unit = models.UUIDField()
    branch = models.UUIDField(null=True)
    state = models.CharField(max_length=24)
    is_open = models.BooleanField()
    sensitive = models.BooleanField()
    n = models.IntegerField()
    fresh = models.BooleanField()

    class Meta:
        db_table = "cases_counted"
        indexes = (
            models.Index(fields=["kind", "month", "unit"], name="counted_by_month"),
            models.Index(fields=["unit", "kind", "month"], name="counted_by_unit"),
            models.Index(fields=["branch", "kind", "month"], name="counted_by_branch"),
            models.Index(fields=["id"], name="counted_fresh", condition=Q(fresh=True)),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.month:%Y-%m} {self.n:+d}"


class Proof(models.Model):
    """One comparison of the counts with the cases themselves: how many sorts differed, and by how many cases."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    sorts = models.PositiveIntegerField()
    cases = models.PositiveBigIntegerField()
    rebuilt = models.BooleanField()

    class Meta:
        db_table = "cases_counted_proof"
        indexes = (models.Index(fields=["-at"], name="counted_proof_newest"),)

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.sorts}"
