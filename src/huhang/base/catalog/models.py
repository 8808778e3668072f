"""Loaded catalogue entries; a version once loaded never changes, so a running case keeps the one it started with."""

from django.db import models

from huhang.kernel.numbering import uuid7


class Entry(models.Model):
    """One version of one catalogue entry."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    body = models.JSONField()
    loaded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "catalog_entry"
        constraints = (models.UniqueConstraint(fields=["kind", "code", "version"], name="catalog_version_once"),)

    def __str__(self) -> str:
        return f"{self.kind}/{self.code} v{self.version}"
