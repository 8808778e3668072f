"""What the database keeps of how many subjects stand where; only its own triggers and functions write here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Counted(models.Model):
    """So many subjects more or fewer of one sort in one square; how many there are is the sum over its rows.

    ``level`` is the zoom whose tiles the squares are, ``cell`` the square as `kernel.tiles.code` numbers it; ``x`` and
    ``y`` are the sums of longitude and latitude in ten-millionths of a degree, so that they add up exactly.
    """

    id = models.BigAutoField(primary_key=True)
    level = models.SmallIntegerField()
    cell = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    unit = models.UUIDField()
    state = models.CharField(max_length=12)
    sensitive = models.BooleanField()
    flags = ArrayField(models.CharField(max_length=24))
    n = models.IntegerField()
    x = models.BigIntegerField()
    y = models.BigIntegerField()
    fresh = models.BooleanField()

    class Meta:
        db_table = "cells_counted"
        indexes = (
            models.Index(fields=["level", "cell"], name="cells_by_place"),
            models.Index(fields=["id"], name="cells_fresh", condition=Q(fresh=True)),
        )

    def __str__(self) -> str:
        return f"{self.level}/{self.cell} {self.kind} {self.n:+d}"


class Proof(models.Model):
    """One comparison of the counts with the register itself: how many sorts differed, and by how many subjects."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    sorts = models.PositiveIntegerField()
    subjects = models.PositiveBigIntegerField()
    rebuilt = models.BooleanField()

    class Meta:
        db_table = "cells_proof"
        indexes = (models.Index(fields=["-at"], name="cells_proof_newest"),)

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.sorts}"
