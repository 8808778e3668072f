"""A1: whatever names a subject goes along when two are merged, or there is a reason why it stays."""

from django.apps import apps

from huhang.register.subjects import belongings
from huhang.register.subjects.models import Subject

STAYS = {
    "subjects_subject.merged_into_id": "says what was merged into what",
    "subjects_change.subject_id": "the history of a row stays with it and is read along (queries.whole)",
    "subjects_merge.kept_id": "says what was merged",
    "subjects_merge.gone_id": "says what was merged",
    "subjects_pair.one_id": "a proposal about two rows, decided by the merge",
    "subjects_pair.other_id": "a proposal about two rows, decided by the merge",
    "liaisons_plan_row.subject_id": "what a plan proposed then",
    "repeats_matter.subject_id": "a matter is found anew each week from the requests, which go along",
}


def test_every_table_that_names_a_subject_is_declared() -> None:
    named = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Subject
    }
    declared = {f"{table}.{column}" for table, column in belongings._declared}
    assert named - declared == set(STAYS) & named
    assert declared <= named
