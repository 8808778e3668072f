"""A4 at the desk: template, upload, preview, saving, report, taking back; and the filtered list as a file."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from huhang.base.downloads import actions as downloads
from huhang.base.downloads.models import Download
from huhang.base.files.queries import open_file
from huhang.register.imports import actions
from huhang.register.imports.models import Run
from huhang.register.subjects.models import Subject
from tests.factories.city import City, enterprise, make_city
from tests.register.imports.test_imports import sheet

pytestmark = pytest.mark.django_db
URL = "/desk/register/imports/"


@pytest.fixture
def city() -> City:
    return make_city()


def as_(city: City, key: str) -> Client:
    client = Client()
    client.force_login(city.users[key], backend="huhang.base.people.backends.Officers")
    return client


def upload(content: bytes, **more: Any) -> dict[str, Any]:
    return {"what": "subjects", "file": SimpleUploadedFile("企业.csv", content), **more}


def test_from_the_template_to_taking_it_back(city: City) -> None:
    client = as_(city, "dispatcher")
    assert client.get(URL).status_code == 200
    assert client.get(f"{URL}template/?kind=park")["Content-Type"].startswith("application/vnd")
    assert client.get(f"{URL}template/?what=contacts").status_code == 200
    assert client.get(f"{URL}template/?what=moon").status_code == 404
    assert client.post(URL, {"what": "subjects"}).status_code == 422
    assert client.post(URL).status_code == 422
    assert client.post(URL, upload(b"<html>")).status_code == 422
    good = ("", "企业", "甲厂有限公司", "", "港湾派出所", "9", "")
    bad = ("91370600MA0000007D", "企业", "乙厂有限公司", "", "港湾派出所", "", "")
    answer = client.post(URL, upload(sheet(good, bad), idempotency_key="once"))
    here = answer["Location"]
    assert client.post(URL, upload(sheet(good, bad), idempotency_key="once"))["Location"] == here
    page = client.get(here).content.decode()
    assert "校验位" in page
    assert "只导入没有错误的 1 行" in page
    assert not Subject.objects.exists()
    for shape in ("xlsx", "csv"):
        assert client.get(f"{here}report.{shape}").status_code == 200
    assert client.get(f"{here}report.pdf").status_code == 404
    assert client.post(f"{here}begin/", {"rows": "all"}).status_code == 409
    assert client.post(f"{here}begin/", {"rows": "good"}).status_code == 302
    assert client.get(f"{here}progress/", headers={"HX-Request": "true"}).status_code == 200
    assert client.get(f"{here}progress/").status_code == 302
    actions.save(Run.objects.get().pk)
    assert "撤销这次导入" in client.get(here).content.decode()
    assert client.post(f"{here}discard/").status_code == 409
    assert "恢复原样" in client.post(f"{here}undo/").content.decode()
    assert client.post(f"{here}undo/", {"confirmed": "yes"}).status_code == 302
    actions.take_back(Run.objects.get().pk)
    assert "已撤销" in client.get(here).content.decode()
    assert not Subject.objects.exists()
    other = client.post(URL, upload(sheet(good)))["Location"]
    assert client.post(f"{other}discard/").status_code == 302
    assert client.get(other).status_code == 404
    assert as_(city, "chief").get(URL).status_code == 403
    assert "甲厂" not in client.get("/desk/register/").content.decode()


def test_the_filtered_list_is_a_file_that_comes_back_unchanged(city: City) -> None:
    enterprise(city)
    enterprise(city, name="别家公司", code="91370602MAXXXX007R")
    client = as_(city, "dispatcher")
    assert "所筛 1 个" in client.get("/desk/register/export/?q=海晏").content.decode()
    for form in ("xlsx", "csv"):
        assert client.post("/desk/register/export/?q=海晏", {"form": form}).status_code == 302
    for row in Download.objects.order_by("created_at"):
        downloads.make(row.pk)
        row.refresh_from_db()
        assert (row.refused, row.done) == ("", 1)
        assert row.file is not None
        content = b"".join(open_file(row.file))
        if row.form == "xlsx":
            lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
            assert [line[3] for line in lines] == ["名称", "海晏化工有限公司"]
        answer = client.post(URL, {"what": "subjects", "file": SimpleUploadedFile(f"a.{row.form}", content)})
        run = Run.objects.order_by("-created_at").first()
        assert answer.status_code == 302
        assert run is not None
        assert (run.same, run.bad, run.differing) == (1, 0, 0)
    assert as_(city, "liaison").get("/desk/register/export/").status_code == 403
