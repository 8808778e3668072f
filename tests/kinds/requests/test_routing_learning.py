"""C2: what is learned, how it is measured, and that kept bytes can run nothing."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from django.conf import settings

from huhang.doors.cli.routing import routing_group
from huhang.kernel.errors import Conflict, Invalid
from huhang.kinds.requests.routing.classifier import digest, probabilities, unpack
from huhang.kinds.requests.routing.learning import Example, fit, learn, unlike
from huhang.kinds.requests.routing.texts import MARK, grams, reading

FILE = Path(settings.PROJECT).parent / "shared" / "data" / "citizen_messages.csv"
START = datetime(2026, 1, 1, tzinfo=UTC)
SORTS = {"狗": "遛狗不牵绳恶犬伤人", "车": "车辆乱停占道违停", "户": "孩子落户户口迁移", "噪": "夜间施工噪声扰民"}


def examples(number: int = 240) -> list[Example]:
    """A ledger of four plain sorts, told with ever other words around them."""
    found = []
    for n in range(number):
        label, words = list(SORTS.items())[n % 4]
        text = "".join(chr(0x4E00 + (n * 37 + k * 101) % 5000) for k in range(40))
        found.append(Example(reading(words, text), label, START + timedelta(hours=n)))
    return found


def test_what_is_read_holds_no_numbers_and_says_the_title_once() -> None:
    read = reading("张三 13812345678", "张三 13812345678，身份证 370602199001011234，在Ａ3区", "nature:help", "")
    assert read == ("张三0,身份证0,在某区", ("nature:help",))
    assert not any(char in "123456789" for gram in grams(read) if not gram.startswith(MARK) for char in gram)
    assert grams(read)[MARK + "nature:help"] == 1


def test_learning_says_on_what_and_how_well_on_later_ones() -> None:
    learned = learn([*examples(), Example(reading("稀有", "只有一件"), "稀", START)])
    told = learned.report
    assert (told.cases, told.labels, told.too_few) == (240, 4, {"稀": 1})
    assert told.tested + told.near == 48
    assert told.macro_f1 is not None
    assert told.macro_f1 > 0.95
    assert (told.first_at, told.last_at) == (START, START + timedelta(hours=239))
    best = learned.classifier.guesses(reading("恶犬", "遛狗"))
    assert best[0].label == "狗"
    assert best[0].probability > best[1].probability
    assert sum(g.probability for g in learned.classifier.guesses(reading("恶犬", "遛狗"), most=9)) == pytest.approx(1)


def test_a_small_ledger_and_one_of_a_single_sort_are_not_learned_from() -> None:
    with pytest.raises(Conflict, match="只有 10 件，不足 200 件"):
        learn(examples(10))
    with pytest.raises(Conflict, match="同一类"):
        learn([Example(e.read, "狗", e.at) for e in examples()])


def test_two_sorts_are_told_apart_as_well() -> None:
    made = fit([e for e in examples() if e.label in "狗车"], 2.0)
    assert made.guesses(reading("遛狗", "恶犬"))[0].label == "狗"
    assert made.guesses(reading("违停", "占道"))[0].label == "车"
    assert made.scores(("", ())).shape == (2,)


def test_a_near_repeat_of_an_earlier_message_is_not_measured() -> None:
    long = "每天晚上十二点以后渣土车从三号门进出，鸣笛声很大，宿舍里的人都睡不好，希望管一管。"
    known, again, other = (
        reading("", text) for text in (long, long + "谢谢！", "公园里的路灯坏了三天没人修，晚上看不见路。")
    )
    assert unlike([known], [again, other]) == [1]


def test_kept_bytes_come_back_the_same_and_other_bytes_are_refused() -> None:
    made = fit(examples(80), 2.0)
    packed = made.pack()
    again = unpack(packed, digest(packed))
    read = reading("恶犬", "遛狗")
    assert again.labels == made.labels
    assert np.allclose(again.scores(read), made.scores(read), atol=0.02)
    with pytest.raises(Invalid, match="校验值"):
        unpack(packed + b"x", digest(packed))
    evil = io.BytesIO()
    np.savez(evil, head=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    for bad in (evil.getvalue(), b"cos\nsystem\n(S'true'\ntR.", b"", packed[:500]):
        with pytest.raises(Invalid, match="读不出来"):
            unpack(bad, digest(bad))


def test_probabilities_add_up_at_any_temperature() -> None:
    told = probabilities(np.array([[1.0, 2.0, 900.0], [0.0, 0.0, 0.0]]), 3.0)
    assert np.allclose(told.sum(axis=1), 1)
    assert told[0, 2] == pytest.approx(1)


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("title,text\na,b\n", encoding="utf-8")
    answer = CliRunner().invoke(routing_group, ["evaluate", str(table)])
    assert isinstance(answer.exception, Invalid)
    assert "body、label、time" in str(answer.exception)


@pytest.mark.soak
@pytest.mark.skipif(not FILE.exists(), reason="../shared/data/citizen_messages.csv is not there")
def test_real_messages_are_classified_above_nine_tenths_and_sure_ones_are_right() -> None:
    answer = CliRunner().invoke(routing_group, ["evaluate", str(FILE)])
    assert answer.exit_code == 0, answer.output
    print(answer.output)
    said = answer.output.splitlines()
    assert float(said[1].split("F1 ")[1].split("，")[0]) >= 0.9
    assert float(said[2].split("其中 ")[1].split("%")[0]) >= 95
