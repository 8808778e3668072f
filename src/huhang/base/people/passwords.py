"""The password rule in practice use (STANDARDS §10): at least eight characters of four classes."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")


class FourClasses:
    """Asks for lower case, upper case, digits and signs."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError when a class is missing."""
        if not all(re.search(pattern, password) for pattern in CLASSES):
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self) -> str:
        """The rule as a sentence."""
        return _("密码要有大写字母、小写字母、数字和符号四类字符。")
