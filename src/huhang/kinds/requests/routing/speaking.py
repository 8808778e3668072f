"""Who may speak: the live model, unpacked once a process, and how often the desk agreed with a rule."""

import time

from django.db.models import Count, Q

from huhang.base.catalog.queries import FRESH
from huhang.kernel.errors import Invalid
from huhang.kinds.requests.routing.classifier import Classifier, Guess, unpack
from huhang.kinds.requests.routing.models import Choice, Model, Source
from huhang.kinds.requests.routing.texts import Read

ENOUGH = 20
"""So many choices make a rule's rate of agreement worth telling."""

_held: dict[str, tuple[float, Model | None, Classifier | None]] = {}


def live(what: str) -> Model | None:
    """The model that speaks now, without its weights; none before an administrator promoted one."""
    return _loaded(what)[0]


def guesses(what: str, read: Read) -> list[Guess]:
    _model, made = _loaded(what)
    return made.guesses(read, most=6) if made else []


def _loaded(what: str) -> tuple[Model | None, Classifier | None]:
    """The live model, looked up again after a minute and unpacked only when it is another one."""
    now = time.monotonic()
    held = _held.get(what)
    if held is not None and now - held[0] <= FRESH:
        return held[1], held[2]
    model = Model.objects.filter(what=what, live=True).defer("weights").first()
    if model is None:
        made = None
    elif held is not None and held[1] is not None and held[1].pk == model.pk:
        made = held[2]
    else:
        try:
            made = unpack(bytes(Model.objects.values_list("weights", flat=True).get(pk=model.pk)), model.digest)
        except Invalid:  # it stands on the page of models; rules go on without it
            model, made = None, None
    _held[what] = (now, model, made)
    return model, made


def forget() -> None:
    """Looks again at the next use; called after a promotion in this process."""
    _held.clear()
    _rates.clear()


_rates: dict[tuple[str, str, int], tuple[float, float | None]] = {}


def rule_rate(what: str, rule: str, version: int) -> float | None:
    """How often the desk took what this version of a rule proposed; none before it chose `ENOUGH` times."""
    key, now = (what, rule, version), time.monotonic()
    held = _rates.get(key)
    if held is None or now - held[0] > FRESH:
        rows = Choice.objects.filter(what=what, source=Source.RULE, rule=rule, rule_version=version)
        told = rows.aggregate(n=Count("pk"), yes=Count("pk", filter=Q(agreed=True)))
        held = (now, told["yes"] / told["n"] if told["n"] >= ENOUGH else None)
        _rates[key] = held
    return held[1]
