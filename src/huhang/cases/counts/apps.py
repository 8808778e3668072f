"""Counts kept by the database, as a Django application."""

from django.apps import AppConfig


class CountsConfig(AppConfig):
    """See README.md in this folder."""

    name = "huhang.cases.counts"
    label = "counts"
