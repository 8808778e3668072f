"""Numbers of official documents: a row a series, and one for every number given out."""

from django.db import models

from huhang.kernel.numbering import uuid7


class Series(models.Model):
    """The numbers of one mark in one year; ``last`` is the newest given out."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    mark = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "papers_series"
        constraints = (models.UniqueConstraint(fields=["mark", "year"], name="paper_series_once"),)

    def __str__(self) -> str:
        return f"{self.mark}〔{self.year}〕"


class Paper(models.Model):
    """One document that was numbered. Its file is an attachment of the case; ``case`` lets row-level security judge."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    mark = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    unit = models.UUIDField()
    case = models.UUIDField(null=True, blank=True)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=64)

    class Meta:
        db_table = "papers_paper"
        constraints = (models.UniqueConstraint(fields=["mark", "year", "n"], name="paper_number_once"),)
        indexes = (models.Index(fields=["case"], name="paper_of_case"),)

    def __str__(self) -> str:
        return self.number
