"""What is known of a stored file; its bytes lie sealed in the file store, never in the database."""

from django.db import models

from huhang.kernel.numbering import uuid7


class StoredFile(models.Model):
    """One uploaded file. ``case`` repeats its case so that row-level security can judge it alone."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    case = models.UUIDField(null=True, blank=True)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    sealed = models.BooleanField(default=True)
    person = models.UUIDField(null=True, blank=True)
    stored_at = models.DateTimeField()
    stored_by = models.UUIDField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "files_file"
        indexes = (models.Index(fields=["case"], name="file_of_case"),)

    def __str__(self) -> str:
        return self.name
