"""Unit by unit: how well the duties of a month are covered; every number opens its rows (B2)."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huhang.base.access.rules import Actor, Perm
from huhang.doors.desk.rounds import asking
from huhang.doors.desk.rounds.asking import Shown
from huhang.doors.desk.rounds.words import month_words, rule_words, rules_said
from huhang.doors.frame.gates import actor_of, officers
from huhang.register.rounds import figures, queries
from huhang.register.rounds.queries import Tally
from huhang.register.units.models import Unit
from huhang.register.units.queries import tree


@officers(Perm.SEE)
@require_safe
def units_page(request: HttpRequest) -> HttpResponse:
    """Coverage of a month, by duty and by unit one level below what is looked at.

    Raises:
        Invalid: a filter that cannot be used.
    """
    actor, now = actor_of(request), timezone.now()
    shown = asking.read({name: request.GET.get(name, "") for name in ("month", "rule", "unit")}, now)
    top = _top(actor, shown)
    found = queries.tallies(shown.wanted, actor, now)
    below = queries.summed(found, "branch" if tree()[top].level == Unit.Level.BUREAU else "unit")
    url = reverse("desk:rounds_units")
    before, after = asking.beside(shown.month)
    whole = queries.summed(found, "all").get(None, Tally())
    context = {
        "month": month_words(shown.month),
        "top": tree()[top],
        "bar": asking.bar(shown, actor, url, states=False),
        "figures": figures.FIGURES,
        "formula": figures.COVERAGE,
        "whole": _row(_("合计"), whole, shown, {}),
        "by_rule": [
            _row(rule_words(code), tally, shown, {"rule": code})
            for code, tally in sorted(queries.summed(found, "rule").items())
        ],
        "by_unit": _by_unit(below, shown, top, url),
        "before_url": shown.link(url, month=before),
        "after_url": shown.link(url, month=after),
        "list_url": shown.link(reverse("desk:rounds_list")),
        "late_url": shown.link(reverse("desk:rounds_list"), state="late"),
        "owing_url": shown.link(reverse("desk:rounds_list"), month="", show=asking.OPEN),
        "late": whole.counts["late"],
        "rules": rules_said(),
        "now": now,
    }
    return render(request, "desk/rounds/units.html", context)


def _top(actor: Actor, shown: Shown) -> uuid.UUID:
    """What is looked at: the unit asked for, else the officer's own, for whoever sees everything the bureau."""
    known = tree()
    if shown.wanted.unit in known.nodes:
        return shown.wanted.unit or known.root.id
    if actor.everything or not actor.units:
        return known.root.id
    return actor.units[0]


def _by_unit(below: dict[Any, Tally], shown: Shown, top: uuid.UUID, url: str) -> list[dict[str, Any]]:
    known = tree()
    rows = []
    for unit, tally in below.items():
        node = known.nodes.get(unit) if unit else known.root
        if node is None:
            continue
        alone = node.id == top or node.level == Unit.Level.BUREAU
        row = _row(node.short, tally, shown, {"unit": str(node.id), "own": "1" if alone else ""})
        row["order"] = node.code
        deeper = node.level == Unit.Level.BRANCH and not alone
        row["inside_url"] = shown.link(url, unit=str(node.id)) if deeper else ""
        rows.append(row)
    return sorted(rows, key=lambda row: str(row["order"]))


def _row(label: str, tally: Tally, shown: Shown, narrower: dict[str, str]) -> dict[str, Any]:
    url = reverse("desk:rounds_list")
    month = f"{shown.month:%Y-%m}"
    return {
        "label": label,
        "cells": [
            {
                "label": one.label,
                "n": one.of(tally),
                "bad": one.name == "late" and one.of(tally) > 0,
                "url": shown.link(
                    url, month=month, state="" if one is figures.OWED else ".".join(one.states), **narrower
                ),
            }
            for one in figures.FIGURES
        ],
        "done": tally.counts["done"],
        "whole": tally.whole,
        "made_up": tally.made_up,
    }
