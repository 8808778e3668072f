"""What a meeting has beyond a case: when, its agenda with minutes, and what was decided."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Meeting(models.Model):
    """The detail row of a meeting; who takes part stands as parties on the case row."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, primary_key=True, related_name="meeting")
    meets_at = models.DateTimeField(_("开会时间"))
    held_at = models.DateTimeField(null=True, blank=True)
    present = models.TextField(_("到会"), blank=True, default="")

    class Meta:
        db_table = "meetings_meeting"
        verbose_name = _("联席会议")

    def __str__(self) -> str:
        return str(self.case_id)


class AgendaItem(models.Model):
    """One case to talk about: why, in which place, and what was said. Taken off, it stays as a row."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    meeting = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="agenda")
    about = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    topic = models.CharField(max_length=200)
    why = models.CharField(max_length=100, blank=True, default="")
    minutes = models.TextField(blank=True, default="")
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "meetings_item"
        indexes = (models.Index(fields=["meeting", "place"], name="item_of_meeting"),)
        constraints = (
            models.UniqueConstraint(
                fields=["meeting", "about"], condition=models.Q(dropped_at=None), name="a_case_once_on_an_agenda"
            ),
        )

    def __str__(self) -> str:
        return self.topic


class Decision(models.Model):
    """What was decided under an item, and the duty it became."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    meeting = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="decisions")
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="decisions")
    duty = models.ForeignKey("cases.Case", db_index=False, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    what = models.TextField()
    unit = models.ForeignKey("units.Unit", db_index=False, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=16)
    days = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "meetings_decision"
        indexes = (models.Index(fields=["meeting", "at"], name="decision_of_meeting"),)

    def __str__(self) -> str:
        return self.number
