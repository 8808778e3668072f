"""Every sentence people read has its English: found in the sources, kept whole by a tool."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_every_sentence_of_the_house_has_its_english() -> None:
    told = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "messages.py"), "check"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_tool_finds_refusals_templates_and_calls_of_gettext() -> None:
    told = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "messages.py"), "extract"], capture_output=True, text=True, check=True
    ).stdout
    for sentence in (
        "没有找到，或者您无权查看。",
        "您没有导出的权限。",
        "忘记密码，请联系本单位管理员重设。",
        "窗口登记员",
    ):
        assert sentence in told, sentence


def test_a_per_cent_sign_that_breaks_a_formatted_sentence_is_a_fault() -> None:
    spec = importlib.util.spec_from_file_location("messages_tool", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    good = (
        ("共 %(n)d 件，占 80%%", "%(n)d, 80%% of all", False),
        ("占 80%", "80% of all", False),
        ("率", "80%%", True),
    )
    bad = (("共 %(n)d 件", "%(n)d, 80% of all", False), ("率", "100% of all", True), ("占八成", "80 %, or more", True))
    for said, text, formatted in good:
        assert list(tool._faults(said, "", text, formatted=formatted)) == []
        if formatted or "%(" in said:
            assert text % {"n": 1}
    for said, text, formatted in bad:  # each of these is an error 500 on the English page
        assert any("per cent" in fault for fault in tool._faults(said, "", text, formatted=formatted)), text
        with pytest.raises((TypeError, ValueError)):
            text % {"n": 1}
