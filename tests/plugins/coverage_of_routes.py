"""SAFEGUARDS 3: at the end of a whole run, every route has been answered with success under every method it declares.

A page that only sends to sign-in was not reached. ``--routes`` says what was not reached in a partial run too.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.plugins.figures import figure
from tests.plugins.workers import is_worker, shared

SIGN_IN = ("/account/login/", "/phone/?", "/follow/?")
AGAIN = ("/account/reauthenticate/", "/account/2fa/reauthenticate/", "/account/2fa/webauthn/reauthenticate/")
_hit: set[tuple[str, str]] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--routes", action="store_true", help="say which routes this run never reached")
    parser.addoption("--write-walls", action="store_true", help="write walls.yaml anew, to be reviewed with git diff")


def signs_in(answer: Any) -> bool:
    """Whether an answer only asks who is there."""
    return answer.status_code == 401 or (
        answer.status_code in (301, 302, 303) and answer.headers.get("Location", "").startswith(SIGN_IN)
    )


def _noted(get_response: Callable[..., Any]) -> Callable[..., Any]:
    def answered(self: Any, request: Any) -> Any:
        answer = get_response(self, request)
        found = getattr(request, "resolver_match", None)
        if found is not None and answer.status_code < 400 and not signs_in(answer):
            if answer.headers.get("Location", "").startswith(AGAIN):
                return answer
            _hit.add((found.route, request.method))
        return answer

    return answered


def _whole(config: pytest.Config) -> bool:
    narrowed = (
        config.option.keyword or getattr(config.option, "lf", False) or config.option.markexpr not in ("", "not soak")
    )
    return not narrowed and (
        config.args_source is pytest.Config.ArgsSource.TESTPATHS
        or [str(one).rstrip("/") for one in config.args] == ["tests"]
    )


def never_reached() -> list[str]:
    """Route and method pairs nobody has reached so far."""
    from tests.plugins.routes import routes

    return [f"{m} {r.path} ({r.name})" for r in routes() for m in r.methods if (r.path, m) not in _hit]


def pytest_configure(config: pytest.Config) -> None:
    from django.core.handlers.base import BaseHandler

    _hit.clear()
    shared("routes", _hit)
    BaseHandler.get_response = _noted(BaseHandler.get_response)  # type: ignore[method-assign]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if is_worker(config):
        return
    whole = _whole(config) and not (session.shouldstop or session.shouldfail or config.option.collectonly)
    if not (whole or config.option.routes):
        return
    from tests.plugins.routes import routes

    missed = never_reached()
    config.stash[_MISSED] = missed
    figure(3, f"{sum(len(r.methods) for r in routes())} route and method pairs, {len(missed)} never reached")
    if missed and whole:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


_MISSED = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    missed = config.stash.get(_MISSED, [])
    if missed:
        terminalreporter.section("routes no test reached")
        for one in missed:
            terminalreporter.write_line(one)
