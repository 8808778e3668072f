"""A4 at the desk: upload, read what the check found, choose, leave, find it again; and the command does the same."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from huhang.base.access.context import SYSTEM, acting
from huhang.base.jobs.models import Work
from huhang.base.journal.models import Entry
from huhang.cases.models import Case
from huhang.doors.cli import setup
from huhang.doors.cli.requests import import_group
from huhang.kinds.requests.importing import actions
from huhang.kinds.requests.models import ImportRun
from tests.factories.city import City, make_city

pytestmark = pytest.mark.django_db
TEXT = "编号,时间,标题,内容\n1,2019/12/18 9:05:31,甲,夜里吵\n2,2018/1/2,乙,路灯坏\n"
BAD = TEXT + "3,2999/1/1,丙,将来\n"


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def desk(city: City, client: Client) -> Client:
    client.force_login(city.users["dispatcher"], backend="huhang.base.people.backends.Officers")
    return client


@contextmanager
def counted() -> Iterator[list[str]]:
    said: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE")):
            said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield said


def send(desk: Client, text: str, *, name: str = "来信.csv", **more: str) -> Any:
    file = SimpleUploadedFile(name, text.encode(), content_type="text/csv")
    return desk.post("/desk/imports/", {"file": file, "idempotency_key": "k1", **more})


def the_run() -> ImportRun:
    with acting(SYSTEM):
        return ImportRun.objects.latest("created_at")


def work_off() -> None:
    """What the worker would do; tests have none beside them."""
    work = Work.objects.get(name="requests.import")
    actions.file_rows(work.args["run"])


def test_a_file_is_checked_looked_through_imported_and_told(desk: Client) -> None:
    answer = send(desk, TEXT)
    assert answer.status_code == 302
    page = desk.get(answer["Location"]).content.decode()
    assert "全部导入（2 行）" in page
    assert "每一行都没有问题" in page
    assert not Case.objects.exists(), "nothing goes in before somebody says so"

    begun = desk.post(answer["Location"] + "begin/", {"rows": "all"})
    assert begun["Location"] == answer["Location"]
    waiting = desk.get(answer["Location"]).content.decode()
    assert 'hx-get="' in waiting
    assert "可以离开这一页" in waiting
    assert "来信.csv" in desk.get("/desk/imports/").content.decode(), "found again"

    work_off()
    done = desk.get(answer["Location"]).content.decode()
    assert "hx-get" not in re.sub(r"<header.*?</header>", "", done, flags=re.DOTALL)
    assert Case.objects.count() == 2
    assert Case.objects.order_by("id").first().taken_by.username == "dispatcher"  # type: ignore[union-attr]


def test_errors_stand_with_line_column_and_way_out_and_only_good_rows_are_offered(desk: Client) -> None:
    where = send(desk, BAD)["Location"]
    page = desk.get(where).content.decode()
    for words in ("时间（B 列）", "时间在将来", "请核对年份", "只导入没有错误的 2 行"):
        assert words in page
    assert desk.post(where + "begin/", {"rows": "all"}).status_code == 409
    assert desk.post(where + "begin/", {"rows": "good"}).status_code == 302
    work_off()
    assert Case.objects.count() == 2


def test_a_double_click_checks_once_and_begins_once(desk: Client) -> None:
    assert send(desk, TEXT)["Location"] == send(desk, TEXT)["Location"]
    assert ImportRun.objects.count() == 1
    for _ in range(2):
        desk.post(f"/desk/imports/{the_run().pk}/begin/", {"rows": "all"})
    assert Work.objects.filter(name="requests.import").count() == 1
    assert Entry.objects.filter(action="import.begin").count() == 1


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        ("", {}, "空的"),
        ("甲,乙\n1,2\n", {}, "没有找到表头"),
        ("<html><table>", {}, "网页"),
        (TEXT, {"mapping": "来信标题"}, "一行一个"),
        (TEXT, {"mapping": "来信=标题"}, "文件里没有"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_beside_the_field(desk: Client, text: str, more: Any, says: str) -> None:
    answer = send(desk, text, **more)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    assert more.get("mapping", "") in page, "what was typed stays"
    assert not ImportRun.objects.exists()


def test_without_a_file_there_is_a_sentence(desk: Client) -> None:
    answer = desk.post("/desk/imports/", {"idempotency_key": "k"})
    assert answer.status_code == 422
    assert "请选择一个" in answer.content.decode()


def test_columns_can_be_explained_on_the_page(desk: Client) -> None:
    answer = send(desk, "编号,群众反映\n1,夜里吵\n", mapping="群众反映＝内容")
    assert answer.status_code == 302
    assert "群众反映（B 列）" in desk.get(answer["Location"]).content.decode()


def test_two_hundred_megabytes_are_refused_before_they_are_read(desk: Client) -> None:
    answer = desk.generic(
        "POST",
        "/desk/imports/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(200 * 1024 * 1024),
    )
    assert answer.status_code == 413
    assert "64 MB" in answer.content.decode()


def test_a_file_over_the_limit_is_told_beside_the_field(desk: Client, settings: Any) -> None:
    settings.HUHANG_IMPORT_BYTES = 10
    answer = send(desk, TEXT)
    assert answer.status_code == 422
    assert "文件超过" in answer.content.decode()


def test_progress_is_a_part_for_the_page_and_the_page_without_scripts(desk: Client) -> None:
    where = send(desk, TEXT)["Location"]
    desk.post(where + "begin/", {"rows": "all"})
    part = desk.get(where + "progress/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'id="progress"' in part
    assert desk.get(where + "progress/")["Location"] == where
    work_off()
    assert "查看结果" in desk.get(where + "progress/", headers={"HX-Request": "true"}).content.decode()


def test_work_that_was_given_up_is_not_shown_as_running(desk: Client) -> None:
    where = send(desk, TEXT)["Location"]
    desk.post(where + "begin/", {"rows": "all"})
    Work.objects.filter(name="requests.import").update(given_up_at=the_run().created_at)
    assert "没有完成" in desk.get(where).content.decode()


def test_reports_come_as_files(desk: Client) -> None:
    where = send(desk, BAD)["Location"]
    book, text = desk.get(where + "report.xlsx"), desk.get(where + "report.csv")
    assert book.content.startswith(b"PK")
    assert "attachment" in book["Content-Disposition"]
    assert "时间在将来" in text.content.decode("utf-8-sig")
    assert desk.get(where + "report.exe").status_code == 404


def test_a_check_can_be_thrown_away(desk: Client) -> None:
    where = send(desk, TEXT)["Location"]
    assert desk.post(where + "discard/")["Location"] == "/desk/imports/"
    assert not ImportRun.objects.exists()
    assert desk.get(where).status_code == 404


def test_others_neither_import_nor_see_my_runs(desk: Client, city: City) -> None:
    where = send(desk, TEXT)["Location"]
    for who, status in (("handler", 403), ("auditor", 403), ("system_admin", 403)):
        desk.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
        assert desk.get("/desk/imports/").status_code == status
        assert desk.get(where).status_code in (403, 404)
        assert desk.post(where + "begin/", {"rows": "all"}).status_code in (403, 404)
    desk.logout()
    assert desk.get(where).status_code == 302


def test_the_list_keeps_its_budget_whatever_its_length(desk: Client) -> None:
    """A page of any list costs at most five statements."""
    for number in range(6):
        send(desk, TEXT, name=f"{number}.csv", idempotency_key=f"key{number}")
    with counted() as said:
        assert desk.get("/desk/imports/").status_code == 200
    assert said.pop().startswith("SELECT set_config"), (
        "the test's own actor is put back; a real request has none around it"
    )
    assert len(said) <= 5, "\n".join(said)


# ---- the same in the foreground


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command in this process and this test's transaction."""
    monkeypatch.setattr(setup, "ready", lambda: None)
    return lambda *args: CliRunner().invoke(import_group, ["requests", *map(str, args)])


def actions_told(since: int = 0) -> list[str]:
    return list(Entry.objects.order_by("id").values_list("action", flat=True))[since:]


def test_page_and_command_leave_the_same_journal(desk: Client, told: Any, tmp_path: Path) -> None:
    before = len(actions_told())
    desk.post(send(desk, TEXT)["Location"] + "begin/", {"rows": "all"})
    work_off()
    by_page = actions_told(before)
    file = tmp_path / "again.csv"
    file.write_text(TEXT.replace("\n1,", "\n11,").replace("\n2,", "\n12,"))
    before = len(actions_told())
    result = told(file, "--by", "dispatcher")
    assert result.exit_code == 0, result.output
    assert actions_told(before) == by_page
    assert "导入 2 件" in result.output
    rows = Case.objects.values_list("unit", "taken_by", "channel", "state", "received_at", "due_at", "title")
    assert sorted(rows[:2]) == sorted(rows[2:])


def test_the_command_checks_reports_and_imports_only_what_it_may(told: Any, city: City, tmp_path: Path) -> None:
    file, report = tmp_path / "bad.csv", tmp_path / "report.xlsx"
    file.write_text(BAD)
    checked = told(file, "--check-only", "--report", report)
    assert checked.exit_code == 1
    assert "第 4 行" in checked.output
    assert report.read_bytes().startswith(b"PK")
    assert not ImportRun.objects.exists(), "a mere check keeps nothing"
    assert isinstance(told(file).exception, Exception)
    assert not Case.objects.exists()
    good = told(file, "--good-rows", "--unit", "3799010001")
    assert good.exit_code == 0, good.output
    assert set(Case.objects.values_list("unit", flat=True)) == {city.units["harbour"].pk}


def test_the_command_takes_a_map_of_columns(told: Any, city: City, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("编号,群众反映\n1,夜里吵\n")
    assert told(file, "--map", "群众反映=body").exit_code == 0
    assert Case.objects.get().body == "夜里吵"
