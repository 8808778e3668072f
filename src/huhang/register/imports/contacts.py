"""Contacts from a table: each row is a person who speaks for a subject; personal cells are never kept in plain text."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor, Perm
from huhang.base.sheets import cells
from huhang.base.sheets.cells import Cell
from huhang.base.sheets.headings import Plan
from huhang.base.vault import actions as vault
from huhang.kernel.errors import Conflict, Invalid, Refusal
from huhang.kernel.identifiers import check_phone
from huhang.kernel.text import clean, fold, squeeze
from huhang.register.imports.checking import Found, Row
from huhang.register.imports.saving import Saved, via_of
from huhang.register.subjects import catalogue, queries
from huhang.register.subjects.actions import PHONE, add_contact, end_contact
from huhang.register.subjects.models import Contact, Subject
from huhang.register.units.queries import tree

YES = frozenset({"是", "yes", "y", "true", "1", "√", "主要"})


class ContactChecker:
    """Checks rows of contacts one by one."""

    def __init__(self, plan: Plan, rows: Iterable[Sequence[Cell]], *, by: Actor) -> None:
        self.columns = {one.field: one for one in plan.columns if one.field}
        self.by, self.seen = by, dict[tuple[object, ...], int]()
        keys = {squeeze(self._text(row, "subject")) for row in rows}
        with acting(SYSTEM):
            found = Subject.objects.raw(
                "SELECT id, kind, unit_id, number, credit_code, state FROM subjects_subject"
                " WHERE number = ANY (%s) OR credit_code = ANY (%s)",
                [list(keys), list(keys)],
            )
            self.subjects = {key: one for one in found for key in (one.number, one.credit_code) if key}
            known = Contact.objects.filter(
                ended_at__isnull=True, subject__in=[one.pk for one in self.subjects.values()]
            )
            rows_ = known.values_list("subject_id", "person__phone_index", "role")
            self.known = {(pk, bytes(index), role) for pk, index, role in rows_ if index is not None}
        self.roles = {fold(w): c for c, label in catalogue.role_choices() for w in (c, str(label))}

    def _text(self, row: Sequence[Cell], key: str) -> str:
        column = self.columns.get(key)
        cell = row[column.index] if column is not None and column.index < len(row) else None
        return cells.said(cell).replace("\0", "").strip()

    def check(self, line: int, given: Sequence[Cell]) -> Row:
        """The row; a known person in the same role is the same."""
        row = Row(line)
        subject = self.subjects.get(squeeze(self._text(given, "subject")))
        if subject is None:
            self._say(row, "subject", "登记库里没有这个编号或信用代码。", "请先登记主体，再导入联系人。")
        elif not queries.reaches(self.by, Perm.KEEP_REGISTER, subject.unit_id):
            self._say(row, "subject", "这一条由%(unit)s负责维护，您不能修改。", unit=tree().label(subject.unit_id))
        elif subject.state == Subject.State.MERGED:
            self._say(row, "subject", "这一条已并入别的主体，不能修改。")
        name = self._read(row, "name", lambda: clean(self._text(given, "name"), max_length=40))
        phone = self._read(row, "phone", lambda: check_phone(self._text(given, "phone")))
        role = self._role(row, self._text(given, "role"), subject)
        if row.bad or subject is None:
            return row
        index = vault.blind(phone, PHONE)
        key = (subject.pk, index, role)
        if key in self.seen:
            self._say(row, "phone", "和第 %(line)d 行是同一个人、同一个身份。", line=self.seen[key])
            return row
        self.seen[key] = line
        row.become = "same" if key in self.known else "fresh"
        row.id = subject.pk
        main = fold(self._text(given, "main")) in YES
        row.columns = {"name": name, "phone": phone, "role": role, "main": main}
        return row

    def _read(self, row: Row, key: str, read: "object") -> str:
        try:
            text = str(read())  # type: ignore[operator]
        except Invalid as wrong:
            self._say(row, key, wrong.message, **wrong.params)
            return ""
        if not text:
            self._say(row, key, "请填写这一格。")
        return text

    def _role(self, row: Row, said: str, subject: Subject | None) -> str:
        role = self.roles.get(fold(said), "") if said else "liaison"
        if not role or (subject is not None and role not in dict(catalogue.role_choices(subject.kind))):
            self._say(row, "role", "没有“%(said)s”这个身份。", "见模板“取值”一张。", said=said[:24])
        return role

    def _say(self, row: Row, key: str, text: str, advice: str = "", **params: object) -> None:
        column = self.columns.get(key)
        row.found.append(Found(row.line, True, column.place if column else "", text, params, advice))


def save(rows: Sequence[Row], *, run: uuid.UUID, by: Actor, now: datetime) -> Saved:
    """Adds each as the officer would by hand, with the same journal row."""
    saved = Saved()
    for row in rows:
        if row.become != "fresh" or row.id is None:
            continue
        try:
            add_contact(subject_id=row.id, **row.columns, by=by, now=now, via=f"{via_of(run)}{row.line}")
        except Conflict:
            continue  # somebody entered the same meanwhile
        except Refusal as problem:
            said = next(iter(getattr(problem, "problems", {}).values()), problem.text)
            saved.found.append(Found(row.line, True, "", str(said)))
        else:
            saved.entered += 1
    return saved


def take_back(run: uuid.UUID, *, by: Actor, now: datetime) -> tuple[set[int], list[Found]]:
    """Ends the contacts of a run that still speak; the rows stay."""
    via = via_of(run)
    back: set[int] = set()
    stays: list[Found] = []
    for contact in Contact.objects.filter(via__gte=via, via__lt=via[:-1] + ";").order_by("since", "id"):
        line = int(contact.via.rpartition(":")[2])
        if contact.ended_at is not None:
            stays.append(Found(line, True, "", "这个联系人导入后已由人停用，没有再动。"))
            continue
        end_contact(contact_id=contact.pk, why="撤销导入", by=by, now=now)
        back.add(line)
    return back, stays
