"""The journal's two tables. Rows come in through `actions.write`; the links are made by the database at commit."""

from django.db import models

from huhang.kernel.numbering import uuid7


class Entry(models.Model):
    """One thing done, or one personal thing read."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField(db_index=True)
    action = models.TextField()
    actor_kind = models.TextField()
    actor = models.UUIDField(null=True)
    actor_name = models.TextField(blank=True, default="")
    unit = models.UUIDField(null=True)
    door = models.TextField(default="")
    case = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    about = models.TextField(blank=True, default="")
    data = models.TextField(blank=True, default="")

    class Meta:
        db_table = "journal_entry"
        indexes = (
            models.Index(fields=["case", "at"], name="journal_of_case", condition=models.Q(case__isnull=False)),
            models.Index(fields=["person", "at"], name="journal_of_person", condition=models.Q(person__isnull=False)),
            models.Index(fields=["actor", "at"], name="journal_of_actor", condition=models.Q(actor__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.action}"


class Link(models.Model):
    """The place of one entry in the chain; written by the database only."""

    seq = models.BigIntegerField(primary_key=True)
    entry: "models.OneToOneField[Entry, Entry]" = models.OneToOneField(
        Entry, on_delete=models.PROTECT, db_column="entry", related_name="link"
    )
    previous = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        db_table = "journal_link"

    def __str__(self) -> str:
        return f"#{self.seq}"
