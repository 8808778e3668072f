"""What the product is made of, where it keeps its things, language and time."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

SOURCE = Path(__file__).resolve().parents[2]
PROJECT = SOURCE.parents[1]
CHECKOUT = (PROJECT / "pyproject.toml").exists()

HUHANG_CITY = os.environ.get("HUHANG_CITY", "望海市")
HUHANG_CITY_ENGLISH = os.environ.get("HUHANG_CITY_ENGLISH", "Wanghai" if HUHANG_CITY == "望海市" else HUHANG_CITY)
HUHANG_DATA = Path(
    os.environ.get("HUHANG_DATA") or (PROJECT / "var" if CHECKOUT else Path.home() / ".local/share/huhang")
)
HUHANG_KEYS = Path(os.environ.get("HUHANG_KEYS") or HUHANG_DATA / "keys.json")
HUHANG_ANCHORS = Path(os.environ.get("HUHANG_ANCHORS") or HUHANG_DATA / "anchors" / "journal.jsonl")
HUHANG_FILES = Path(os.environ.get("HUHANG_FILES") or HUHANG_DATA / "files")
HUHANG_CATALOG = Path(os.environ.get("HUHANG_CATALOG") or (PROJECT / "catalog" if CHECKOUT else SOURCE / "_catalog"))
HUHANG_PAPERS = Path(os.environ.get("HUHANG_PAPERS") or HUHANG_DATA / "papers")
"""Where the bureau's own templates lie; ``letter.docx`` there takes the place of ours (base/papers)."""
HUHANG_KINDS = "huhang.conf.kinds.KINDS"
HUHANG_SMS = os.environ.get("HUHANG_SMS", "huhang.base.messages.providers.Sandbox")
HUHANG_WEBHOOKS = os.environ.get("HUHANG_WEBHOOKS", "huhang.base.exchange.providers.Sandbox")
HUHANG_WEBHOOK_HOSTS = os.environ.get("HUHANG_WEBHOOK_HOSTS", "").split(",")
"""Hosts messages may be sent to: names, ``.suffix`` for all below one, ``*`` for any. None without it."""
HUHANG_WEBHOOK_NETS = os.environ.get("HUHANG_WEBHOOK_NETS", "").split(",")
"""Networks of one's own that may be reached (CIDR); loopback and private ranges are refused without it."""
HUHANG_TRIAL = os.environ.get("HUHANG_TRIAL", "0") == "1"
"""A trial installation shows the sandbox outbox and the demo sign-ins; nothing is one unless it says so."""

HUHANG_ADDRESS = os.environ.get("HUHANG_ADDRESS", "http://127.0.0.1:8000" if HUHANG_TRIAL else "")
"""Where the public hall is found from outside; without it no link is put into a message."""
HUHANG_MAP_TILES = os.environ.get("HUHANG_MAP_TILES", "")
"""A base map of pictures under our own layers, none by default, so that no request leaves the building: an address with
{z}, {x}, {y} (XYZ, or WMTS with matrix, row and column so written), or pmtiles:// before the address of a file of
pictures whose server answers ranges. Another host must let us read it (CORS). In CGCS2000/WGS84, not GCJ-02 (A2)."""
HUHANG_MAP_CREDIT = os.environ.get("HUHANG_MAP_CREDIT", "")
"""What the base map's owner wants said, such as the map's approval number."""
HUHANG_STAFF_NETWORKS = [one.strip() for one in os.environ.get("HUHANG_STAFF_NETWORKS", "").split(",") if one.strip()]
"""Networks of the bureau itself, such as ``10.0.0.0/8``: no rating by link is taken from there (C4)."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "procrastinate.contrib.django",
    "huhang.base.replies",
    "huhang.base.journal",
    "huhang.base.catalog",
    "huhang.base.people",
    "huhang.base.files",
    "huhang.base.messages",
    "huhang.base.papers",
    "huhang.base.jobs",
    "huhang.base.downloads",
    "huhang.base.exchange",
    "huhang.register.units",
    "huhang.register.subjects",
    "huhang.register.cells",
    "huhang.register.imports",
    "huhang.register.liaisons",
    "huhang.register.announcements",
    "huhang.register.rounds",
    "huhang.register.posts",
    "huhang.cases",
    "huhang.cases.counts",
    "huhang.kinds.requests",
    "huhang.kinds.requests.outside",
    "huhang.kinds.requests.instructions",
    "huhang.kinds.requests.routing",
    "huhang.kinds.requests.repeats",
    "huhang.kinds.requests.surveying",
    "huhang.kinds.requests.solved",
    "huhang.kinds.requests.rectifying",
    "huhang.kinds.cards",
    "huhang.kinds.meetings",
    "huhang.kinds.duties",
    "huhang.kinds.visits",
    "huhang.kinds.trainings",
    "huhang.kinds.hazards",
    "huhang.kinds.disputes",
    "huhang.kinds.officedays",
    "huhang.kinds.requests.talk",
    "huhang.reading",
    "huhang.doors.frame",
    "huhang.doors.hall",
    "huhang.doors.desk",
    "huhang.doors.supervision",
    "huhang.doors.api",
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("英文"))]
LOCALE_PATHS = [SOURCE / "conf" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_THOUSAND_SEPARATOR = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("HUHANG_LOG", "WARNING")},
    "loggers": {"axes": {"level": "ERROR"}},
}
