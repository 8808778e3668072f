"""A form whose judge is the action: what the action says stands beside the field, what was typed stays (FACES)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from huhang.doors.frame.saying import say, say_hint, say_problems
from huhang.kernel.errors import Invalid, Refusal


class Told(forms.Form):
    """Shows fields and keeps what was typed; the action alone says what is wrong."""

    def keep(self) -> None:
        """Shows what was typed and says nothing of it; where nothing at all was sent, nothing."""
        if not self.is_bound:
            self.is_bound, self.data = True, MultiValueDict()
        self.full_clean()
        self.errors.clear()

    def tell(self, refusal: Refusal) -> None:
        """Puts a refusal beside its field, or above the form when it is no field's."""
        self.keep()
        for name, sentence in self._sentences(refusal).items():
            self.add_error(name if name in self.fields else None, sentence)

    @staticmethod
    def _sentences(refusal: Refusal) -> Mapping[str, str]:
        problems = say_problems(refusal.problems) if isinstance(refusal, Invalid) else {}
        if refusal.field or not problems:
            problems[refusal.field] = say(refusal)
        if refusal.field in problems and refusal.hint:
            problems[refusal.field] += " " + say_hint(refusal)
        return problems


def attrs(**given: Any) -> dict[str, Any]:
    """Attributes of a control, those without a value left out."""
    return {name.replace("_", "-"): value for name, value in given.items() if value not in (None, "", False)}
