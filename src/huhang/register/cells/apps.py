"""Counts of the ground, as a Django application."""

from django.apps import AppConfig


class CellsConfig(AppConfig):
    """See README.md in this folder."""

    name = "huhang.register.cells"
    label = "cells"
