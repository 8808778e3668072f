"""Files as a Django application."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Uploaded files: checked, re-encoded where they are pictures, sealed at rest."""

    name = "huhang.base.files"
    label = "files"
