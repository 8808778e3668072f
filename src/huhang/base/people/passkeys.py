"""The forms of passkeys with a label in the reader's language: allauth leaves their name field to Django's English."""

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext_lazy as _


class AddPasskey(AddWebAuthnForm):
    """Adds a passkey under a name of one's own."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["name"].label = _("名称")


class NamePasskey(EditWebAuthnForm):
    """Gives a passkey another name."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["name"].label = _("名称")
