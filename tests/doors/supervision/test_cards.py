"""D2 as pages: cards out and what is behind each number, one by hand, the matter's page, and the simulator."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from django.test import Client

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.models import Case
from huhang.doors.cli.main import main
from huhang.kinds.cards import catalogue
from huhang.kinds.cards.models import Card
from huhang.kinds.cards.queries import colour
from huhang.kinds.cards.rules import RANK
from huhang.kinds.cards.simulating import simulate
from huhang.reading import ledger
from huhang.reading.rules import Filter
from tests.doors.api.callers import caller
from tests.factories.cards import by_hand, card_of, go, in_hand, tick
from tests.factories.city import NOW, City, make_city

pytestmark = pytest.mark.django_db
RED = datetime(2026, 12, 4, 2, tzinfo=UTC)


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture(autouse=True)
def _the_hour_stands_still() -> Iterator[None]:
    with patch("django.utils.timezone.now", return_value=RED):
        yield


def client(city: City, who: str) -> Client:
    made = Client()
    made.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return made


def read(city: City, url: str, who: str = "supervisor", status: int = 200) -> str:
    answer = client(city, who).get(url)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return unescape(answer.content.decode())


def crowd(city: City) -> None:
    """Red for the harbour, orange and blue for the river."""
    in_hand(city)
    in_hand(city, "river", "other_handler", now=NOW + timedelta(days=3, hours=1))
    in_hand(city, "river", "other_handler", now=NOW + timedelta(days=11))
    tick(RED)


def test_every_number_opens_exactly_its_cards(city: City) -> None:
    crowd(city)
    page = read(city, "/supervision/cards/")
    assert {c.level for c in Card.objects.all()} == {"red", "orange", "blue"}
    for level, n in (("red", 1), ("orange", 1), ("blue", 1), ("yellow", 0)):
        url = f"/supervision/cards/?period=month&level={level}"
        assert url in page
        assert read(city, url).count("data-row") == n
    links = re.findall(r'href="(/supervision/rows/\?[^"]+)"[^>]*>([\d,]+)</a>', page)
    assert len(links) > 4
    for url, n in links:
        assert "kind=card" in url
        assert f"{n} 件" in read(city, url), url
    state = read(city, "/supervision/cards/?state=replied")
    assert "没有在督的督办卡" in state
    assert client(city, "supervisor").get("/supervision/cards/?level=purple").status_code == 404
    assert client(city, "handler").get("/supervision/cards/").status_code == 403
    river = city.units["river_county"].pk
    assert read(city, f"/supervision/cards/?unit={river}").count("data-row") == 2


def test_the_days_page_shows_cards_out(city: City) -> None:
    crowd(city)
    page = read(city, "/supervision/", "leader")
    assert "在督的督办卡" in page
    assert "level=red" in page
    assert "level=yellow" not in page


def test_a_matter_shows_its_card_above_all_and_the_past_ones_below(city: City) -> None:
    matter = in_hand(city)
    tick(RED)
    page = read(city, f"/desk/cases/{matter.number}/", "handler")
    number = card_of(matter).number
    assert page.index(number) < page.index("答复期限")
    assert "card-tag red" in page
    own = read(city, f"/desk/cases/{number}/", "leader")
    assert "书面答复期限" in own
    assert f"/desk/cases/{number}/moves/answer/" in own
    assert "没有留下联系方式" not in own
    go(city, matter, "handler", "answer", now=RED, result="solved", proof="处警 12", answer="好了")
    go(city, card_of(matter), "supervisor", "lift_unanswered", now=RED, reason="原事项已答复")


def test_issued_by_hand_on_a_page(city: City) -> None:
    matter = in_hand(city, now=RED)
    asked = f"/supervision/cards/new/?matter={matter.number}"
    assert asked in read(city, f"/desk/cases/{matter.number}/")
    assert asked not in read(city, f"/desk/cases/{matter.number}/", "handler")
    assert "发督办卡" in read(city, asked)
    assert client(city, "handler").get(asked).status_code == 403
    assert client(city, "supervisor").get("/supervision/cards/new/?matter=HS-0000-0000").status_code == 404
    officer = client(city, "supervisor")
    wrong = officer.post(asked, {"matter": matter.number, "level": "", "reason": "群众多次来电"})
    assert wrong.status_code == 422
    assert "群众多次来电" in wrong.content.decode()
    sent = {"matter": matter.number, "level": "orange", "reason": "群众多次来电", "idempotency_key": "k1"}
    for _ in range(2):  # a double click
        done = officer.post(asked, sent)
        assert done.status_code == 302
        assert done.headers["Location"].startswith("/desk/cases/DB-")
    assert Card.objects.filter(matter=matter).count() == 1
    again = officer.post(asked, {**sent, "idempotency_key": "k2"})
    assert again.status_code == 409
    assert "已有一张" in again.content.decode()


def test_the_inbox_holds_cards_beside_requests_and_says_so(city: City) -> None:
    matter = in_hand(city)
    tick(datetime(2026, 11, 25, 2, tzinfo=UTC))
    page = read(city, "/desk/", "handler")
    assert card_of(matter).number in page
    assert "督办卡 · DB-" in page
    assert read(city, "/desk/?kind=card", "handler").count("data-row") == 1
    assert "DB-" not in read(city, "/desk/ledger/", "handler").split("<main")[-1]


def test_the_colour_of_a_list_is_the_card_of_the_tick(city: City) -> None:
    """HOUSE §2.3: over many cases and instants, what a query shows is what the tick issues."""
    for n in range(18):
        nature = ("help", "consult", "complaint")[n % 3]
        case = in_hand(city, now=NOW + timedelta(hours=17 * n))
        if nature != "help":
            Case.objects.filter(pk=case.pk).update(due_at=NOW + timedelta(hours=29 * n + 40))
    actor = city.actor("leader")
    for hours in (0, 60, 125, 171, 240, 333):
        now = NOW + timedelta(hours=hours)
        tick(now)
        shown = {line.id: colour(line, now) for line in ledger.page(actor, Filter(kind="request"), now=now).lines}
        issued = dict(Card.objects.filter(lifted_at=None).values_list("matter", "level"))
        clock = {c.matter_id: c.level for c in Card.objects.filter(lifted_at=None).exclude(cause="unanswered")}
        assert {k: v for k, v in shown.items() if v and k in clock} == clock
        assert {k for k, v in shown.items() if v} == set(issued)
        assert all(RANK[issued[k]] >= RANK[v] for k, v in shown.items() if v)


def test_the_simulator_agrees_with_what_was_issued(city: City) -> None:
    """D2: “with these thresholds last quarter would have issued n”, judged by the cards of a real run of ticks."""
    made = [in_hand(city, now=NOW + timedelta(hours=31 * n)) for n in range(6)]
    answers = {NOW + timedelta(days=8): made[0], NOW + timedelta(days=3): made[1]}
    hour = NOW
    while hour <= RED:
        tick(hour)
        if hour in answers:
            go(city, answers[hour], "handler", "answer", now=hour, result="solved", proof="处警 12", answer="好了")
        hour += timedelta(hours=6)
    ladder = catalogue.newest()
    assert ladder is not None
    with acting(SYSTEM):
        done = simulate(ladder, NOW, RED, actor=SYSTEM, now=RED)
    told = {card.matter: card.most for card in done.cards}
    assert told == dict(Card.objects.values_list("matter", "level"))
    assert made[1].pk not in told
    assert Card.objects.count() == len(done.cards)  # nothing was written


def test_the_simulators_page_is_kept_to_its_bounds(city: City) -> None:
    crowd(city)
    here = "/supervision/cards/simulate/"
    page = read(city, f"{here}?first=2026-11-01&last=2026-12-31")
    assert "会发 3 张" in page
    link = re.search(r'href="(\?[^"]*level=red[^"]*)#listed"', page)
    assert link
    assert "HS-" in read(city, here + link[1])
    milder = read(city, f"{here}?first=2026-11-01&last=2026-12-31&blue=-1&yellow=3&orange=10&red=20")
    assert "会发 3 张" not in milder
    for query, say in (
        ("red=2&orange=3", "晚"),
        ("blue=x", "整数"),
        ("first=2026-13-01", "2026-11-21"),
        ("first=2026-12-01&last=2026-11-01", "早于"),
    ):
        assert say in read(city, f"{here}?{query}", status=422)
    quiet = read(city, f"{here}?first=2026-11-01&last=2026-12-31", "system_admin")
    assert "会发 3 张" in quiet
    assert "HS-" not in quiet
    assert client(city, "handler").get(here).status_code == 403


def test_the_command_tells_the_same(city: City, tmp_path: Path) -> None:
    crowd(city)
    runner = CliRunner()
    with patch("huhang.doors.cli.setup.ready"):
        told = runner.invoke(main, ["cards", "simulate", "--from", "2026-11-01", "--to", "2026-12-31"])
        assert "会发 3 张" in told.output, told.output
        bad = tmp_path / "other.yaml"
        bad.write_text(Path("catalog/card_thresholds/default.yaml").read_text("utf-8").replace("from: 3", "from: 2"))
        wrong = runner.invoke(main, ["cards", "simulate", "--thresholds", str(bad)])
    assert wrong.exit_code == 1
    assert "重叠" in wrong.output


def test_over_the_wire(city: City) -> None:
    matter = in_hand(city, now=RED)
    officer, handler = caller("supervisor"), caller("handler")
    body = {"matter": matter.number, "level": "blue", "reason": "请按期"}
    made = officer.post("/cases/cards", body, key="card-key-1")
    assert made.status_code == 201, made.content
    number = made.json()["number"]
    assert officer.post("/cases/cards", body, key="card-key-1").json()["number"] == number
    assert officer.post("/cases/cards", body, key="card-key-2").status_code == 409
    assert handler.post("/cases/cards", body, key="card-key-3").status_code == 403
    record = handler.get(f"/cases/{number}").json()
    assert (record["kind"], record["parent"], record["category"]["code"]) == ("card", matter.number, "blue")
    assert [m["name"] for m in record["moves"]] == ["answer", "appeal"]
    values = {"why": "等鉴定", "measures": "周四出结果"}
    sent = {"version": record["version"], "values": values}
    done = handler.post(f"/cases/{number}/moves/answer", sent)
    assert done.json()["state"] == "replied"
    assert handler.post(f"/cases/{number}/moves/answer", sent).status_code == 409
    assert handler.post(f"/cases/{number}/moves/nothing", sent).status_code == 404
    assert [s["label"] for s in handler.get(f"/cases/{number}/steps").json()["items"]] == ["发卡", "书面答复"]
    assert handler.get(f"/cases/{number}/clocks").json()["items"][0]["name"] == "card_answer"
    listed = officer.get("/cases?kind=card&count=true").json()
    assert ([row["number"] for row in listed["items"]], listed["count"]) == ([number], 1)
    assert {row["kind"] for row in officer.get("/cases").json()["items"]} == {"request", "card"}
    assert officer.get("/cases?kind=nothing").status_code == 422
    assert caller("other_handler").get(f"/cases/{number}").status_code == 404
    assert by_hand(city).number != number
