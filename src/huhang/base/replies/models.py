"""What was answered to a submission, so that the same submission twice is one case (SAFEGUARDS 5)."""

from django.db import models


class Reply(models.Model):
    """The answer given under a key; another body under the same key is a mistake and is told so."""

    key = models.BinaryField(primary_key=True)
    digest = models.BinaryField()
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True, default="")
    location = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "replies_reply"
        indexes = (models.Index(fields=["at"], name="reply_age"),)

    def __str__(self) -> str:
        return f"{self.status} {self.at:%F %T}"
