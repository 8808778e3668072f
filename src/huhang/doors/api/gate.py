"""Asking a program who it is."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from huhang.base.access.rules import Actor
from huhang.doors.api.problems import Unauthenticated
from huhang.doors.frame.gates import actor_of


class Token(HttpBearer):
    """The bearer token that admission has already looked at; sessions and cookies count for nothing here."""

    openapi_description = "令牌在工作台的“我的令牌”里签发，只显示一次；以签发人的身份和岗位办事，离岗即失效。"

    def __call__(self, request: HttpRequest) -> Actor:
        """The officer behind the token.

        Raises:
            Unauthenticated: none was shown, or it is not good.
        """
        actor = actor_of(request)
        if actor.kind != "officer":
            raise Unauthenticated(given=bool(request.headers.get("Authorization")))
        return actor

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """As calling it; the token itself was read by admission."""
        return self(request)
