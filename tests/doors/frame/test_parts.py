"""The partial templates and the error pages, rendered as pages will render them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from huhang.doors.frame import pages, parts
from huhang.kernel.errors import Conflict, TooMany

AT = datetime(2026, 11, 23, 6, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


class Complaint(forms.Form):
    body = forms.CharField(label="内容", help_text="写清经过。", widget=forms.Textarea)
    phone = forms.CharField(label="手机号")
    how = forms.ChoiceField(label="联系方式", choices=[("a", "电话"), ("b", "短信")], widget=forms.RadioSelect)
    note = forms.CharField(label="备注", required=False)


def test_an_error_stands_beside_its_field_and_the_typed_text_stays() -> None:
    page = render_to_string("frame/_form.html", {"form": Complaint({"body": "夜间<噪声>", "how": "z"})})
    assert "夜间&lt;噪声&gt;" in page
    assert 'aria-describedby="id_phone_error"' in page
    assert 'id="id_phone_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="id_how_error"' in page
    assert "已填写的都还在" in page


def test_a_field_says_in_words_whether_it_is_required_and_what_it_wants() -> None:
    page = render_to_string("frame/_form.html", {"form": Complaint()})
    assert page.count("必填") == 3
    assert page.count("选填") == 1
    assert 'aria-describedby="id_body_helptext"' in page
    assert 'autocomplete="tel"' in page
    assert page.count("data-nokeep") == 1, "only the phone number is not kept on the device (SAFEGUARDS 11)"


def test_several_choices_are_a_group_with_a_name() -> None:
    page = render_to_string("frame/_form.html", {"form": Complaint()})
    assert "<fieldset" in page
    assert "<legend>联系方式" in page
    assert page.count('type="radio"') == 2


def test_a_ledger_groups_by_due_day_and_every_checkbox_has_a_name() -> None:
    left = parts.Left("剩 3 小时", AT, 0.5, soon=True)
    row = parts.Row("1", "/c/1/", "夜间噪声", ("HS-1",), "办理中", "go", left, "yellow", cells={"from": "海晏"})
    columns = tuple(parts.Column(k, k) for k in ("title", "state", "from", "left", "card"))
    ledger = parts.Ledger(columns, [parts.DueGroup("今天", [row], 1)], "待办", form="bulk")
    page = render_to_string("frame/_ledger.html", {"ledger": ledger, "now": AT})
    assert "今天 · 1 件" in page
    assert 'aria-label="选择 夜间噪声"' in page
    assert "海晏" in page
    assert "黄卡" in page


@pytest.mark.parametrize(
    ("pager", "words"),
    [
        (parts.Pager(1, 50, 1284), "第 1–50 件，约 1,284 件"),
        (parts.Pager(1, 17, 17, exact=True), "第 1–17 件，共 17 件"),
        (parts.Pager(51, 100, 1000, over=True), "第 51–100 件，超过 1,000 件"),
        (parts.Pager(0, 0), "0 件"),
    ],
)
def test_the_pager_says_only_what_is_known(pager: parts.Pager, words: str) -> None:
    assert words in render_to_string("frame/_pager.html", {"pager": pager})


def test_finished_work_no_longer_asks() -> None:
    running = parts.Progress("导出", "running", "/p/", 3, 10)
    done = parts.Progress("导出", "done", "/p/", 10, 10, result_url="/r/")
    assert "every 1s" in render_to_string("frame/_progress.html", {"progress": running})
    assert "hx-get" not in render_to_string("frame/_progress.html", {"progress": done})


def test_each_day_square_can_be_heard() -> None:
    page = render_to_string(
        "frame/_days.html", {"days": [parts.Day("count makeup", date(2026, 2, 14), "1", "六 补班")]}
    )
    assert "2026年2月14日 星期六 计入、补班" in page


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_every_error_page_says_what_to_do(status: int) -> None:
    response = pages.error_page(status, request=RequestFactory().get("/"))
    text = response.content.decode()
    title, say, hint = pages.words_for(status)
    assert response.status_code == status
    assert title in text
    assert say in text
    assert hint in text


def test_a_broken_house_still_says_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> str:
        raise ValueError

    monkeypatch.setattr(pages.loader, "render_to_string", fail)
    response = pages.broken(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "请稍后再试" in response.content.decode()


def test_a_refusal_keeps_its_sentence_its_status_and_its_patience() -> None:
    request = RequestFactory().get("/")
    conflict = pages.refused(request, Conflict("已由%(unit)s签收。", params={"unit": "港湾派出所"}, hint="请刷新。"))
    assert conflict.status_code == 409
    assert "已由港湾派出所签收。" in conflict.content.decode()
    assert pages.refused(request, TooMany("太快了。", retry_after=7))["Retry-After"] == "7"
