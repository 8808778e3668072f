"""Making all tables of an empty database without drawing every model anew at each step.

Django keeps classes of all models as they stood at each migration and, whenever one changes, makes it and everything
it is related to anew. Every table here points at cases or at people, so that is nearly all of them, some hundred
times: five of the seven seconds a first start spent on its tables. The statements sent to the database need only the
model that changes: the others know its table and its key, which no migration renames. What is left stale that way is
drawn anew before any migration that runs Python of its own, as Django does for what it delays itself.

An upgrade of a database with something in it goes Django's own way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.migrations.state import ModelState, ProjectState

_add: Any = ProjectState.add_model


def _add_alone(state: Any, model: ModelState) -> None:
    key = (model.app_label, model.name_lower)
    if "apps" not in state.__dict__ or key in state.models:
        _add(state, model)
        return
    state.models[key] = model
    if state._relations is not None:
        state.resolve_model_relations(key)
    state.apps.render_multiple([model])


def _only_itself(state: Any, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
    state.is_delayed = True
    return {(app_label, model_name)}


@contextmanager
def drawing_only_what_changes(plan: list[Any]) -> Iterator[None]:
    """For migrations onto an empty database; a plan that renames a model or a column goes Django's own way."""
    if any(type(step).__name__.startswith("Rename") for migration, _ in plan for step in migration.operations):
        yield
        return
    with patch.multiple(ProjectState, add_model=_add_alone, _find_reload_model=_only_itself):
        yield
