"""In English nothing of the house stays Chinese: only what people and registers are called, and what people wrote."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client

from huhang.base.people.models import User
from huhang.cases.models import Case
from huhang.register.subjects.models import Subject
from huhang.register.units.models import Unit
from tests.factories.city import City, enterprise, filed, make_city

pytestmark = pytest.mark.django_db
HAN = re.compile("[\u3400-\u9fff]+")
SAID = ("title", "aria-label", "placeholder", "alt")
EXAMPLES = ("中文", "来信标题=标题", "3亿", "5000万")
"""Chinese on purpose: the switch of languages, and examples of what is typed."""
SKIPPED = ("script", "style", "template")


class Words(HTMLParser):
    """What a page says to eyes and ears, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Attributes are read aloud as well."""
        known = dict(attrs)
        self._skip += tag in SKIPPED
        self.said += [str(known[name]) for name in SAID if known.get(name)]
        if tag == "a" and known.get("href"):
            self.links.append(str(known["href"]))

    def handle_endtag(self, tag: str) -> None:
        """Scripts end too."""
        self._skip -= tag in SKIPPED

    def handle_data(self, data: str) -> None:
        """What is between the tags."""
        if not self._skip:
            self.said.append(data)


def _given() -> list[str]:
    """Names and words that come from people and registers, the longest first."""
    rows = [*Unit.objects.values_list("name", "short_name"), *Case.objects.values_list("title", "body", "from_label")]
    rows += [*Case.objects.values_list("place", "title"), *User.objects.values_list("name", "username")]
    rows += Subject.objects.values_list("name", "address")
    return sorted({word for row in rows for word in row if word and HAN.search(word)}, key=len, reverse=True)


def _left(page: str, given: list[str]) -> tuple[list[str], list[str]]:
    words = Words()
    words.feed(page)
    rest = []
    for said in words.said:
        bare = said
        for name in (*EXAMPLES, *given):
            bare = bare.replace(name, "")
        rest += [said.strip()[:80]] * bool(HAN.search(bare))
    return rest, words.links


@pytest.fixture
def city() -> City:
    made = make_city()
    enterprise(made)
    for n in range(3):
        filed(made, phone=f"1380000000{n}")
    return made


@pytest.mark.parametrize("who", ["clerk", "dispatcher", "handler", "supervisor"])
def test_menus_lead_to_pages_without_a_word_of_chinese_of_our_own(city: City, who: str) -> None:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    given, found = _given(), []
    start, links = _left(client.get("/desk/").content.decode(), given)
    found += [f"/desk/: {text}" for text in start]
    pages = [path for path in dict.fromkeys(links) if re.fullmatch(r"/(desk|supervision)/[a-z/]+/", path)]
    assert len(pages) > 3
    for path in [*pages, f"/desk/cases/{Case.objects.filter(kind='request')[0].number}/"]:
        answer = client.get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            found += [f"{path}: {text}" for text in _left(answer.content.decode(), given)[0]]
    assert not found, "\n".join(found)
