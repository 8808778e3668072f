"""The password rule in practice use (STANDARDS §10): at least eight characters of four classes."""

import re

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")


class LongEnough(MinimumLengthValidator):
    """Django's rule in a sentence of ours: its Chinese catalogue lacks the one it came with."""

    def get_error_message(self) -> str:
        """What is wrong."""
        return _("密码至少要有 %(least)d 个字符。") % {"least": self.min_length}


class FourClasses:
    """Asks for lower case, upper case, digits and signs."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError when a class is missing."""
        if not all(re.search(pattern, password) for pattern in CLASSES):
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self) -> str:
        """The rule as a sentence."""
        return _("密码要有大写字母、小写字母、数字和符号四类字符。")
