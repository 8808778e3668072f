"""Hostile files do nothing, cost little, and are refused with a sentence (SAFEGUARDS 12)."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from huhang.base.files import pictures, redraw
from huhang.base.files.inspection import checked
from huhang.base.files.rules import Kept
from huhang.kernel.errors import Invalid
from tests.base.files import hostile
from tests.plugins.figures import figure

SAFE = {"jpg": "image/jpeg", "png": "image/png"}

MEASURED = """
import re, runpy, sys
try:
    runpy.run_path(sys.argv[1], run_name="__main__")
finally:
    print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
"""


def spent() -> float:
    """Seconds of processor time of this process and of those it started."""
    return sum(os.times()[:4])


def verdict(file: hostile.Hostile) -> Kept | Invalid:
    try:
        return checked(file.name, file.data)
    except Invalid as refusal:
        return refusal


def test_no_hostile_file_is_taken_as_anything_active() -> None:
    files = hostile.all_of_them()
    active, slowest, refusals = [], (0.0, ""), 0
    for file in files:
        began = spent()
        kept = verdict(file)
        slowest = max(slowest, (spent() - began, file.why))
        if isinstance(kept, Invalid):
            refusals += 1
            assert kept.text.endswith("。")
            assert "可以上传" in kept.hint
        elif not file.inert or SAFE.get(kept.suffix) != kept.media_type:
            active.append(file.why)
        elif any(word in kept.content for word in hostile.ACTIVE):
            active.append(f"{file.why}: something was left in it")
    figure(
        12,
        f"{len(files)} hostile files, {refusals} refused, {len(files) - refusals} drawn anew,"
        f" {len(active)} active; slowest {slowest[0]:.2f} s ({slowest[1]})",
    )
    assert len(files) >= 100
    assert active == []
    assert slowest[0] <= 5


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_drawing_the_largest_picture_taken_stays_within_its_limits(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    size = {"JPEG": (7000, 7100), "PNG": (4800, 5000), "WEBP": (4000, 4000)}[kind]
    data = hostile.picture(kind, size)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-I", "-c", MEASURED, str(Path(redraw.__file__))], input=data, capture_output=True, check=False
    )
    took, peak = time.monotonic() - began, int(done.stderr.split()[-1]) // 1024
    with capsys.disabled():
        print(f"\n{kind} of {size[0] * size[1] / 1e6:.0f} megapixels: {took:.1f} s, {peak} MB")
    assert done.returncode == 0
    assert peak <= 300


def test_a_decoder_that_wants_too_much_is_ended_and_the_picture_called_too_large() -> None:
    with pytest.raises(Invalid, match="1600 万像素"):
        checked("x.png", hostile.picture("PNG", (7000, 7100), "RGBA"))


def test_what_a_picture_tells_about_its_maker_is_gone() -> None:
    photo = hostile.picture("JPEG", (60, 40), exif=b"Exif\0\0" + hostile._exif(b"a camera at home"), comment=b"me")
    kept = checked("x.jpg", photo)
    assert b"Exif" not in kept.content
    assert b"at home" in photo
    assert b"at home" not in kept.content


def test_a_picture_is_turned_as_the_camera_was_held() -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    kept = checked("x.jpg", hostile.picture("JPEG", (60, 40), exif=exif.tobytes()))
    assert pictures.size_of(kept.content) == (40, 60)


@pytest.mark.parametrize(
    ("name", "data", "media"),
    [
        ("照片.JPG", hostile.picture("JPEG"), "image/jpeg"),
        ("图.png", hostile.picture("PNG", mode="RGBA"), "image/png"),
        ("图.png", hostile.picture("PNG", mode="P"), "image/png"),
        ("图.png", hostile.picture("PNG", mode="1"), "image/png"),
        ("图.webp", hostile.picture("WEBP"), "image/jpeg"),
        ("图.webp", hostile.picture("WEBP", mode="RGBA"), "image/png"),
        ("说明.pdf", hostile.pdf(), "application/pdf"),
        ("说明.pdf", hostile.pdf(hostile.packed_list(b"9 0 <</Type/Font>>")), "application/pdf"),
        ("说明.docx", hostile.package(hostile.docx()), "officedocument"),
        ("清单.xlsx", hostile.package(hostile.xlsx()), "officedocument"),
        ("说明.txt", "情况说明\n一、…".encode(), "text/plain; charset=utf-8"),
        ("说明.txt", "情况说明".encode("gb18030"), "text/plain; charset=gb18030"),
        ("清单.csv", "﻿名称,值\n甲,-5\n乙,+86 138 0000 0000\n丙,-见附件(一)\n".encode(), "text/csv; charset=utf-8"),
    ],
)
def test_what_people_really_send_is_taken(name: str, data: bytes, media: str) -> None:
    assert media in checked(name, data).media_type


def test_real_workbooks_with_links_and_formulas_are_taken() -> None:
    import io

    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["网址", '=HYPERLINK("https://example.com")', "=SUM(A1:A2)", "甲|乙!"])
    book.active["A2"].hyperlink = "https://example.com/control"
    out = io.BytesIO()
    book.save(out)
    assert checked("x.xlsx", out.getvalue()).suffix == "xlsx"
