"""Signing in by police number, or by passkey through allauth; one statement brings the user with the posts held now."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.utils import timezone

from huhang.base.people.models import User
from huhang.base.people.queries import officer


class Officers(AuthenticationBackend):
    """allauth's backend for active officers, who come with their posts (used by `admission`)."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Who has left cannot sign in, from that moment on."""
        return bool(user.is_active and user.left_at is None)

    def get_user(self, user_id: Any) -> User | None:
        """The signed-in officer of a session; none once they have left, so leaving takes effect at once."""
        return officer(user_id, now=timezone.now())
