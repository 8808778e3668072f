"""Every sentence people read has its English: found in the sources, kept whole by a tool."""

import subprocess
import sys
from pathlib import Path

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
