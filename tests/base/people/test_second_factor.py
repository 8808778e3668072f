"""Signing in, with and without a second factor, and what an officer does with their own factors (HOUSE §2.4)."""

import re
import time
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY
from django.core.cache import cache
from django.test import Client

from huhang.base.people.models import User
from tests.factories.city import PASSWORD, City, make_city
from tests.factories.passkey import SoftKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    cache.clear()
    made = make_city()
    made.users["leader"].set_password(PASSWORD)
    made.users["leader"].save()
    return made


def sign_in(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/account/login/", {"login": "leader", "password": password})


@pytest.fixture
def leader(city: City) -> Client:
    client = Client()
    assert sign_in(client)["Location"] == "/desk/"
    prove_again(client)
    return client


def prove_again(client: Client) -> None:
    """What touches a factor asks for the password once more, even right after signing in."""
    client.post("/account/reauthenticate/?next=/desk/", {"password": PASSWORD})


def code_for(secret: str) -> str:
    cache.clear()  # a code is good once; the test does not wait for the next
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def with_totp(client: Client) -> str:
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    answer = client.post("/account/2fa/totp/activate/", {"code": code_for(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return str(secret)


def grow_old(client: Client) -> None:
    """As if the password had been given long ago."""
    session = client.session
    session["account_authentication_methods"] = [
        {**method, "at": time.time() - 3600} for method in session["account_authentication_methods"]
    ]
    session.save()


def test_the_right_password_lets_in_and_a_wrong_one_does_not(city: City) -> None:
    client = Client()
    assert client.get("/account/login/").status_code == 200
    assert "sessionid" not in sign_in(client, "wrong").cookies
    assert client.get("/desk/").status_code == 302
    assert sign_in(client)["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_signing_out_asks_and_ends_the_session(leader: Client) -> None:
    assert leader.get("/account/logout/").status_code == 200
    assert leader.post("/account/logout/")["Location"] == "/"
    assert leader.get("/desk/").status_code == 302


def test_a_new_password_takes_the_place_of_the_old(leader: Client) -> None:
    assert leader.get("/account/password/change/").status_code == 200
    given = {"oldpassword": PASSWORD, "password1": "Another-2027!", "password2": "Another-2027!"}
    assert leader.post("/account/password/change/", {**given, "oldpassword": "x"}).status_code == 200
    assert leader.post("/account/password/change/", given).status_code == 302
    assert User.objects.get(username="leader").check_password("Another-2027!")


def test_with_a_second_factor_the_password_alone_is_not_enough(leader: Client) -> None:
    secret = with_totp(leader)
    other = Client()
    assert sign_in(other)["Location"].startswith("/account/2fa/authenticate/")
    assert other.get("/desk/").status_code == 302
    assert other.get("/account/2fa/authenticate/").status_code == 200
    assert other.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert other.post("/account/2fa/authenticate/", {"code": code_for(secret)})["Location"] == "/desk/"
    assert other.get("/desk/").status_code == 200


def test_the_secret_of_the_second_factor_is_sealed_at_rest(leader: Client) -> None:
    secret = with_totp(leader)
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_recovery_codes_are_shown_made_anew_and_let_in_once(leader: Client) -> None:
    with_totp(leader)
    shown = leader.get("/account/2fa/recovery-codes/")
    assert shown.status_code == 200
    assert leader.get("/account/2fa/recovery-codes/generate/").status_code == 200
    assert leader.post("/account/2fa/recovery-codes/generate/").status_code == 302
    text = leader.get("/account/2fa/recovery-codes/download/").content.decode()
    codes = re.findall(r"[0-9a-f]{8,10}", text)
    assert len(codes) >= 8
    for nth, passes in ((0, True), (0, False), (1, True)):
        cache.clear()
        other = Client()
        sign_in(other)
        other.post("/account/2fa/authenticate/", {"code": codes[nth]})
        assert (other.get("/desk/").status_code == 200) is passes


def test_whoever_signed_in_long_ago_says_again_who_they_are(leader: Client) -> None:
    grow_old(leader)
    asked = leader.get("/account/2fa/totp/activate/")
    assert asked["Location"].startswith("/account/reauthenticate/")
    assert leader.get(asked["Location"]).status_code == 200
    assert leader.post(asked["Location"], {"password": PASSWORD}).status_code == 302
    secret = with_totp(leader)
    grow_old(leader)
    assert leader.get("/account/2fa/reauthenticate/").status_code == 200
    assert leader.post("/account/2fa/reauthenticate/", {"code": code_for(secret)}).status_code == 302


def test_a_second_factor_is_taken_off_after_asking(leader: Client) -> None:
    with_totp(leader)
    assert leader.get("/account/2fa/totp/deactivate/").status_code == 200
    assert leader.post("/account/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(type="totp").exists()
    assert leader.get("/account/2fa/").status_code == 200


def test_a_key_is_renamed_and_removed_by_its_holder_alone(leader: Client, city: City) -> None:
    key = Authenticator.objects.create(
        user=city.users["leader"], type="webauthn", data={"name": "旧名", "passwordless": True, "credential": {}}
    )
    page = f"/account/2fa/webauthn/keys/{key.pk}/"
    stranger = Client()
    stranger.force_login(city.users["chief"], backend="huhang.base.people.backends.Officers")
    assert stranger.get(page + "edit/").status_code != 200
    assert leader.get("/account/2fa/webauthn/").status_code == 200
    assert leader.get(page + "edit/").status_code == 200
    assert leader.post(page + "edit/", {"name": "新名"}).status_code == 302
    key.refresh_from_db()
    assert key.wrap().name == "新名"
    assert leader.get(page + "remove/").status_code == 200
    assert leader.post(page + "remove/").status_code == 302
    assert not Authenticator.objects.filter(pk=key.pk).exists()


def test_a_key_that_proves_nothing_lets_nobody_in(leader: Client) -> None:
    assert leader.get("/account/2fa/webauthn/add/").status_code == 200
    assert (
        Client().get("/account/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 200
    )
    for credential in ("", "{}", "[]", "null", '{"id": "x"}'):
        cache.clear()
        client = Client(raise_request_exception=False)
        assert client.post("/account/2fa/webauthn/login/", {"credential": credential}).status_code < 500
        assert client.get("/desk/").status_code == 302


def challenge(client: Client) -> str:
    return str(client.session[STATE_SESSION_KEY]["challenge"])


def with_key(client: Client) -> SoftKey:
    key = SoftKey()
    assert client.get("/account/2fa/webauthn/add/").status_code == 200
    given = {"name": "钥匙", "passwordless": "on", "credential": key.registers(challenge(client))}
    answer = client.post("/account/2fa/webauthn/add/", given)
    assert answer.status_code == 302, answer.content.decode()
    return key


def test_a_passkey_lets_its_holder_in_without_a_password_and_a_copy_of_its_answer_does_not(
    leader: Client, city: City
) -> None:
    key, holder = with_key(leader), user_pk_to_url_str(city.users["leader"]).encode()
    cache.clear()
    other = Client()
    other.get("/account/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"})
    answer = key.signs(challenge(other), holder)
    assert other.post("/account/2fa/webauthn/login/", {"credential": answer}).status_code == 302
    assert other.get("/desk/").status_code == 200
    thief = Client()
    thief.get("/account/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"})
    thief.post("/account/2fa/webauthn/login/", {"credential": answer})
    assert thief.get("/desk/").status_code == 302


def test_a_strangers_key_lets_nobody_in(leader: Client, city: City) -> None:
    with_key(leader)
    cache.clear()
    thief, holder = Client(), user_pk_to_url_str(city.users["leader"]).encode()
    thief.get("/account/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"})
    thief.post("/account/2fa/webauthn/login/", {"credential": SoftKey().signs(challenge(thief), holder)})
    assert thief.get("/desk/").status_code == 302


def test_a_key_says_again_who_one_is(leader: Client, city: City) -> None:
    key, holder = with_key(leader), user_pk_to_url_str(city.users["leader"]).encode()
    grow_old(leader)
    assert leader.get("/account/2fa/webauthn/reauthenticate/?next=/desk/").status_code == 200
    answer = key.signs(challenge(leader), holder)
    shown = leader.post("/account/2fa/webauthn/reauthenticate/?next=/desk/", {"credential": answer})
    assert shown["Location"] == "/desk/"
