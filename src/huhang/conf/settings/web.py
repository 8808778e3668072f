"""Requests in, pages out."""

import os

from huhang.conf.settings.core import CHECKOUT, HUHANG_DATA, PROJECT, SOURCE

HUHANG_PROXIES = int(os.environ.get("HUHANG_PROXIES", "0"))
"""How many proxies of ours stand in front; so many entries of X-Forwarded-For are believed, from the right."""

HUHANG_JURISDICTION = os.environ.get("HUHANG_JURISDICTION", "huhang")
"""What this city is called in Open311 (``jurisdiction_id``); a domain name by custom."""
HUHANG_OPEN311_PUBLIC = os.environ.get("HUHANG_OPEN311_PUBLIC", "0") == "1"
"""Whether the list of services and their definitions are open to whoever asks without a key (ADR 19)."""

HUHANG_PACE_TOKEN = int(os.environ.get("HUHANG_PACE_TOKEN", "1200"))
HUHANG_PACE_SOURCE = int(os.environ.get("HUHANG_PACE_SOURCE", "3000"))
HUHANG_PACE_POSTS = int(os.environ.get("HUHANG_PACE_POSTS", "300"))
"""Requests a minute: of one token, of one address at the API, of one address at the hall's forms; 0 is no limit."""

HUHANG_PROCESSES = int(os.environ.get("HUHANG_PROCESSES", "1"))
"""How many web processes there are altogether, on all machines: each keeps its share of what is allowed a minute."""

ROOT_URLCONF = "huhang.conf.urls"
WSGI_APPLICATION = "huhang.conf.wsgi.application"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "huhang.doors.frame.proxies.ProxiesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "huhang.doors.api.problems.ProblemMiddleware",
    "huhang.doors.frame.limits.LimitsMiddleware",
    "huhang.doors.frame.pace.PaceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "huhang.base.people.admission.AdmissionMiddleware",
    "huhang.doors.frame.devices.DevicesMiddleware",
    "huhang.doors.frame.refusals.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "doors" / "frame" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "huhang.doors.frame.context.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "huhang.doors.frame.templatetags.frame",
            ],
        },
    }
]

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("HUHANG_STATIC") or (PROJECT / "var" / "static" if CHECKOUT else HUHANG_DATA / "static")
STATICFILES_DIRS = [PROJECT / "var" / "assets"] if CHECKOUT and (PROJECT / "var" / "assets").exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": os.environ.get("HUHANG_STATICFILES", "whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
WHITENOISE_MAX_AGE = 3600
