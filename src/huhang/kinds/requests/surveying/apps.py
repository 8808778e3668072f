"""Surveys as a Django application."""

from django.apps import AppConfig


class SurveyingConfig(AppConfig):
    """Questionnaires sent out, answers kept apart from who was asked, opinions for the year's ranking."""

    name = "huhang.kinds.requests.surveying"
    label = "surveying"

    def ready(self) -> None:
        """Makes the room's catalogue known, and what follows a subject that was asked."""
        from huhang.kinds.requests.surveying import catalogue
        from huhang.register.subjects import belongings

        catalogue.register()
        asked = "EXISTS (SELECT 1 FROM surveying_invitation o WHERE o.subject_id = %(to)s AND o.round_id = r.round_id)"
        belongings.declare("surveying_invitation", unless=asked)
