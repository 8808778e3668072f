"""Chinese unless somebody asks for English; nothing of Django or allauth stays English on a Chinese page (FACES)."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from django.utils import translation

from huhang.base.people.passkeys import NamePasskey
from huhang.base.people.passwords import LongEnough


def asked(accept: str, cookie: str = "") -> str:
    request = RequestFactory().get("/", headers={"accept-language": accept})
    if cookie:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    return translation.get_language_from_request(request)


@pytest.mark.parametrize("accept", ["", "zh-CN,zh;q=0.9,en;q=0.8", "zh-TW,zh;q=0.9,en;q=0.7", "fr-FR,de;q=0.5"])
def test_a_first_visit_is_in_chinese(accept):
    assert asked(accept) == "zh-hans"


def test_a_browser_that_prefers_english_gets_english():
    assert asked("en-US,en;q=0.9,zh-CN;q=0.8") == "en"


def test_what_the_visitor_chose_counts_more_than_the_browser():
    assert asked("zh-CN", cookie="en") == "en"
    assert asked("en-US", cookie="zh-hans") == "zh-hans"


def test_a_short_password_is_refused_in_the_readers_language():
    with translation.override("zh-hans"), pytest.raises(ValidationError, match="密码至少要有 8 个字符。"):
        LongEnough(min_length=8).validate("abc")
    with translation.override("en"), pytest.raises(ValidationError, match="at least 8 characters"):
        LongEnough(min_length=8).validate("abc")


def test_the_name_of_a_passkey_is_asked_in_the_readers_language():
    assert settings.MFA_FORMS["edit_webauthn"].endswith(NamePasskey.__name__)
    passkey = SimpleNamespace(wrap=lambda: SimpleNamespace(name="key"))
    label = NamePasskey(instance=passkey).fields["name"].label
    with translation.override("zh-hans"):
        assert str(label) == "名称"
    with translation.override("en"):
        assert str(label) == "Name"
