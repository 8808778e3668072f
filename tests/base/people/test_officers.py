"""Officers: who comes, takes posts, signs in and leaves; leaving takes effect at once."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import acting
from huhang.base.journal.models import Entry
from huhang.base.people import actions, tokens
from huhang.base.people.models import ApiToken, PhoneCheck, Post, User
from huhang.base.people.passwords import FourClasses
from huhang.base.people.queries import actor_for, with_posts
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, TooMany
from tests.factories.city import NOW, PASSWORD, City, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def test_only_the_security_administrator_enrols_and_a_number_is_one_person(city: City) -> None:
    admin = city.actor("security_admin")
    made = actions.enrol(username="200001", name="新警官", password=PASSWORD, by=admin, now=NOW)
    assert made.must_change_password
    with pytest.raises(Invalid, match="已登记"):
        actions.enrol(username="200001", name="别人", password=None, by=admin, now=NOW)
    with pytest.raises(Invalid, match="警号"):
        actions.enrol(username=" ", name="别人", password=None, by=admin, now=NOW)
    with pytest.raises(Denied):
        actions.enrol(username="200002", name="别人", password=None, by=city.actor("chief"), now=NOW)


def test_nobody_gives_a_post_to_himself(city: City) -> None:
    admin = city.actor("security_admin")
    assert admin.user
    with pytest.raises(Denied, match="自己"):
        actions.appoint(
            user_id=admin.user, unit_id=city.units["port"].pk, role="chief", starts_at=NOW, by=admin, now=NOW
        )


def test_a_post_is_held_once_at_a_time_and_of_a_known_role(city: City) -> None:
    admin, user = city.actor("security_admin"), city.users["clerk"]
    unit = city.units["harbour"].pk
    actions.appoint(user_id=user.pk, unit_id=unit, role="handler", starts_at=NOW, by=admin, now=NOW)
    with pytest.raises(Conflict):
        actions.appoint(user_id=user.pk, unit_id=unit, role="handler", starts_at=NOW, by=admin, now=NOW)
    with pytest.raises(Invalid):
        actions.appoint(user_id=user.pk, unit_id=unit, role="emperor", starts_at=NOW, by=admin, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(user=user, unit_id=unit, role="handler", reach="own", starts_at=NOW)


def test_a_post_that_has_not_begun_or_has_ended_gives_nothing(city: City) -> None:
    admin, user = city.actor("security_admin"), city.users["clerk"]
    later = NOW + timedelta(days=1)
    post = actions.appoint(
        user_id=user.pk, unit_id=city.units["port"].pk, role="chief", starts_at=later, by=admin, now=NOW
    )
    assert "chief" not in {g.role for g in actor_for("clerk", now=NOW).grants}
    assert "chief" in {g.role for g in actor_for("clerk", now=later).grants}
    actions.relieve(post_id=post.pk, by=admin, now=later + timedelta(hours=1))
    assert "chief" not in {g.role for g in actor_for("clerk", now=later + timedelta(hours=1)).grants}
    with pytest.raises(Missing):
        actions.relieve(post_id=post.pk, by=admin, now=later + timedelta(hours=2))


def test_a_post_taken_back_before_it_began_is_gone(city: City) -> None:
    admin = city.actor("security_admin")
    post = actions.appoint(
        user_id=city.users["clerk"].pk,
        unit_id=city.units["port"].pk,
        role="chief",
        starts_at=NOW + timedelta(days=1),
        by=admin,
        now=NOW,
    )
    actions.relieve(post_id=post.pk, by=admin, now=NOW)
    assert not Post.objects.filter(pk=post.pk).exists()


def test_who_leaves_is_out_at_the_next_click_and_their_keys_with_them(city: City) -> None:
    user, admin = city.users["handler"], city.actor("security_admin")
    client = Client()
    client.force_login(user, backend="huhang.base.people.backends.Officers")
    assert client.get("/desk/").status_code == 200
    handler = city.actor("handler")
    with acting(handler):
        token, text = tokens.issue(name="台账同步", by=handler, now=timezone.now())
    assert tokens.bearer(f"Bearer {text}").user == user.pk
    with acting(admin):
        actions.leave(user_id=user.pk, by=admin, now=timezone.now())
    assert client.get("/desk/").status_code == 302
    assert tokens.bearer(f"Bearer {text}").kind == "stranger"
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None
    assert not Post.objects.filter(user=user, ends_at__isnull=True).exists()
    assert not with_posts(timezone.now()).filter(pk=user.pk).exists()
    with pytest.raises(Missing), acting(admin):
        actions.leave(user_id=user.pk, by=admin, now=timezone.now())


def test_five_wrong_passwords_lock_the_account_and_say_so(city: City) -> None:
    user = city.users["clerk"]
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    client = Client()
    for _ in range(5):
        answer = client.post("/account/login/", {"login": "clerk", "password": "wrong"})
    assert answer.status_code == 429
    right = client.post("/account/login/", {"login": "clerk", "password": PASSWORD})
    assert right.status_code == 429
    assert "锁" in right.content.decode()


def test_a_wrong_name_and_a_wrong_password_look_the_same(city: City) -> None:
    client = Client()

    def said(name: str) -> str:
        answer = client.post("/account/login/", {"login": name, "password": "wrong"})
        return answer.content.decode().replace(name, "…").split("<main")[1].split("csrfmiddlewaretoken")[0]

    assert said("clerk") == said("nobody")


def test_a_privileged_role_must_bring_a_second_factor_when_the_setting_asks(city: City, settings: Any) -> None:
    settings.HUHANG_MFA_REQUIRED = True
    client = Client()
    client.force_login(city.users["leader"], backend="huhang.base.people.backends.Officers")
    answer = client.get("/desk/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/")
    plain = Client()
    plain.force_login(city.users["handler"], backend="huhang.base.people.backends.Officers")
    assert plain.get("/desk/").status_code == 200


def test_a_password_somebody_was_given_must_be_changed_before_anything_else(city: City) -> None:
    user = city.users["clerk"]
    user.set_password(PASSWORD)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    client = Client()
    assert client.post("/account/login/", {"login": "clerk", "password": PASSWORD}).status_code == 302
    assert client.get("/desk/")["Location"] == "/account/password/change/"
    fields = {"oldpassword": PASSWORD, "password1": "Chosen-2026!", "password2": "Chosen-2026!"}
    assert client.post("/account/password/change/", fields).status_code == 302
    assert client.get("/desk/").status_code == 200


@pytest.mark.parametrize("password", ["lower-1a", "UPPER-1A", "NoDigits-x", "NoSigns12"])
def test_a_password_has_four_classes(password: str) -> None:
    with pytest.raises(ValidationError):
        FourClasses().validate(password)
    FourClasses().validate(PASSWORD)


def test_a_token_is_for_a_purpose_ends_and_can_be_taken_back(city: City) -> None:
    handler, now = city.actor("handler"), timezone.now()
    with pytest.raises(Invalid):
        tokens.issue(name=" ", by=handler, now=now)
    with pytest.raises(Invalid):
        tokens.issue(name="x", days=500, by=handler, now=now)
    with pytest.raises(Denied):
        tokens.issue(name="x", by=city.actor("handler").__class__(), now=now)
    token, text = tokens.issue(name="x", days=1, by=handler, now=now - timedelta(days=2))
    assert tokens.bearer(f"Bearer {text}").kind == "stranger"
    token, text = tokens.issue(name="x", by=handler, now=now)
    assert tokens.bearer(f"Bearer {text}").door == "api"
    tokens.revoke(token.pk, by=handler, now=now)
    assert tokens.bearer(f"Bearer {text}").kind == "stranger"
    with pytest.raises(Missing):
        tokens.revoke(token.pk, by=handler, now=now)


def test_a_forged_token_is_nobodys(city: City) -> None:
    handler = city.actor("handler")
    _, text = tokens.issue(name="x", by=handler, now=timezone.now())
    raw = bytearray(base64.urlsafe_b64decode(text[4:] + "=="))
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        forged = "hht_" + base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("=")
        assert tokens.bearer(f"Bearer {forged}").kind == "stranger"
    for junk in ("", "Bearer", "Bearer x", "Bearer hht_", "Bearer hht_%%%", f"Basic {text}"):
        assert tokens.bearer(junk).kind == "stranger"


def test_a_phone_is_proved_by_its_newest_code_once(city: City) -> None:
    code = actions.start_phone_check(phone="13800000001", source="1.2.3.4", now=NOW)
    assert actions.prove_phone(phone="138 0000 0001", code=code, now=NOW) == "13800000001"
    with pytest.raises(Invalid, match="失效"):
        actions.prove_phone(phone="13800000001", code=code, now=NOW)


def test_a_code_is_guessed_at_five_times_at_most_and_lasts_five_minutes(city: City) -> None:
    code = actions.start_phone_check(phone="13800000001", source="1.2.3.4", now=NOW)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(Invalid, match="不对"):
            actions.prove_phone(phone="13800000001", code=wrong, now=NOW)
    with pytest.raises(Invalid, match="失效"):
        actions.prove_phone(phone="13800000001", code=code, now=NOW)
    late = NOW + timedelta(minutes=2)
    code = actions.start_phone_check(phone="13800000001", source="1.2.3.4", now=late)
    with pytest.raises(Invalid, match="失效"):
        actions.prove_phone(phone="13800000001", code=code, now=late + timedelta(minutes=6))


def test_codes_are_not_sent_in_floods(city: City) -> None:
    actions.start_phone_check(phone="13800000001", source="1.2.3.4", now=NOW)
    with pytest.raises(TooMany) as told:
        actions.start_phone_check(phone="13800000001", source="1.2.3.4", now=NOW + timedelta(seconds=30))
    assert told.value.retry_after <= 31
    for minute in range(2, 6):
        actions.start_phone_check(phone="13800000001", source="1.2.3.4", now=NOW + timedelta(minutes=minute))
    with pytest.raises(TooMany):
        actions.start_phone_check(phone="13800000001", source="5.6.7.8", now=NOW + timedelta(minutes=8))
    for i in range(25):
        actions.start_phone_check(phone=f"1390000{i:04d}", source="1.2.3.4", now=NOW + timedelta(minutes=9))
    with pytest.raises(TooMany):
        actions.start_phone_check(phone="13700000001", source="1.2.3.4", now=NOW + timedelta(minutes=9))
    assert actions.forget_checks(now=NOW + timedelta(days=2)) == PhoneCheck.objects.count() + 30
    assert not PhoneCheck.objects.exists()


def test_every_change_of_people_is_journalled(city: City) -> None:
    admin = city.actor("security_admin")
    made = actions.enrol(username="200009", name="某", password=None, by=admin, now=NOW)
    assert Entry.objects.filter(action="officer.enrol", data__contains=str(made.pk)).exists()
    assert User.objects.get(pk=made.pk).has_usable_password() is False


def test_a_new_first_password_ends_the_tokens_and_nobody_acts_before_changing_it(city: City) -> None:
    handler, now = city.actor("handler"), timezone.now()
    _made, text = tokens.issue(name="台账程序", by=handler, now=now)
    assert tokens.bearer(f"Bearer {text}").user == handler.user
    User.objects.filter(pk=handler.user).update(must_change_password=True)
    assert tokens.bearer(f"Bearer {text}").kind == "stranger"
    User.objects.filter(pk=handler.user).update(must_change_password=False)
    assert handler.user is not None
    actions.set_password(user_id=handler.user, password=PASSWORD, by=city.actor("security_admin"), now=now)
    assert not ApiToken.objects.filter(user_id=handler.user, revoked_at__isnull=True).exists()
