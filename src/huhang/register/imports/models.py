"""A table brought into the register: what was found, what was saved, and whether it was taken back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huhang.kernel.numbering import uuid7


class Run(models.Model):
    """One import. The file itself lies sealed in the file store until the run is done and can no longer be undone.

    ``done`` is the line up to which rows are saved; counts before it are of the check, ``entered`` and ``changed`` of
    what was saved. ``undone`` rows went back, ``stayed`` were changed by somebody since and stay as they are.
    """

    class What(models.TextChoices):
        SUBJECTS = "subjects", _("主体")
        CONTACTS = "contacts", _("联系人")

    id = models.UUIDField(primary_key=True, default=uuid7)
    what = models.CharField(max_length=10, choices=What.choices)
    kind = models.CharField(max_length=12, blank=True, default="")
    by = models.ForeignKey("people.User", db_index=False, on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=64, blank=True, default="")
    unit = models.UUIDField(null=True)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    columns = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    refused = models.TextField(blank=True, default="")
    total = models.PositiveIntegerField(default=0)
    fresh = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    entered = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    undo_at = models.DateTimeField(null=True, blank=True)
    undo_by = models.UUIDField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone = models.PositiveIntegerField(default=0)
    stayed = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "imports_run"
        indexes = (models.Index(fields=["by", "-created_at"], name="import_run_of"),)

    def __str__(self) -> str:
        return f"{self.what} {self.name}"


class Remark(models.Model):
    """Something to say about one row: by the check, while saving, or while taking back. Nothing personal is in it."""

    class Stage(models.TextChoices):
        CHECK = "check", _("检查")
        SAVE = "save", _("导入")
        UNDO = "undo", _("撤销")

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, db_index=False, on_delete=models.CASCADE, related_name="remarks")
    stage = models.CharField(max_length=6, choices=Stage.choices)
    line = models.PositiveIntegerField()
    bad = models.BooleanField(default=True)
    column = models.CharField(max_length=100, blank=True, default="")
    text = models.TextField()
    params = models.JSONField(default=dict)
    advice = models.TextField(blank=True, default="")

    class Meta:
        db_table = "imports_remark"
        indexes = (models.Index(fields=["run", "-bad", "line"], name="remark_of_run"),)

    def __str__(self) -> str:
        return f"{self.line} {self.text}"
