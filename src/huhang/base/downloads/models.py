"""A file somebody asked for: what of, how far it is, and where it lies when it is made."""

from django.db import models

from huhang.kernel.numbering import uuid7


class Download(models.Model):
    """One long export. ``asked`` is sealed, because what was searched for may be somebody's name."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=24)
    form = models.CharField(max_length=4)
    asked = models.BinaryField()
    language = models.CharField(max_length=8)
    created_at = models.DateTimeField()
    total = models.PositiveIntegerField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    cut = models.BooleanField(default=False)
    refused = models.TextField(blank=True, default="")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "downloads_download"
        indexes = (
            models.Index(fields=["by", "-created_at"], name="download_of_officer"),
            models.Index(fields=["finished_at"], name="download_lying", condition=models.Q(gone_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.what}.{self.form}"
