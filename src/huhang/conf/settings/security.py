"""Sign-in, sessions, lock-out, headers. Practice values follow STANDARDS §10 and are settings."""

import base64
import hashlib
import os
from urllib.parse import urlsplit

from huhang.conf.settings.core import HUHANG_KEYS, HUHANG_MAP_TILES


def _secret() -> str:
    if given := os.environ.get("HUHANG_SECRET"):
        return given
    from huhang.base.keyring.keys import load  # the key file is made on first use

    return base64.b64encode(
        hashlib.sha256(load(HUHANG_KEYS)["rings"]["django"]["keys"]["k1"].encode()).digest()
    ).decode()


SECRET_KEY = _secret()
DEBUG = os.environ.get("HUHANG_DEBUG", "0") == "1"
ALLOWED_HOSTS = os.environ.get("HUHANG_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("HUHANG_ORIGINS", "").split(",") if o]
BEHIND_TLS = os.environ.get("HUHANG_TLS", "0") == "1"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "huhang.base.people.backends.Officers"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "huhang.base.people.passwords.LongEnough", "OPTIONS": {"min_length": 8}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "huhang.base.people.passwords.FourClasses"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "huhang.base.people.accounts.ClosedAccounts"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": False}
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "护航"
MFA_ADAPTER = "huhang.base.people.accounts.SealedSecrets"
MFA_FORMS = {
    "add_webauthn": "huhang.base.people.passkeys.AddPasskey",
    "edit_webauthn": "huhang.base.people.passkeys.NamePasskey",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS
HUHANG_MFA_REQUIRED = os.environ.get("HUHANG_MFA_REQUIRED", "0") == "1"

AXES_FAILURE_LIMIT = int(os.environ.get("HUHANG_LOGIN_FAILURES", "5"))
AXES_COOLOFF_TIME = 0.5
AXES_LOCKOUT_PARAMETERS = [["username"], ["ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "frame/locked.html"
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_IPWARE_META_PRECEDENCE_ORDER = ("REMOTE_ADDR",)

SESSION_ENGINE = "huhang.base.people.sessions"
SESSION_COOKIE_AGE = int(os.environ.get("HUHANG_SESSION_SECONDS", str(12 * 3600)))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_NAME = "huhang_session"
CSRF_COOKIE_NAME = "huhang_csrf"
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "huhang.doors.frame.pages.csrf_failure"
LANGUAGE_COOKIE_NAME = "huhang_language"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31536000 if BEHIND_TLS else 0
X_FRAME_OPTIONS = "DENY"
_BASE_MAP = urlsplit(HUHANG_MAP_TILES.removeprefix("pmtiles://"))
_TILES = [f"{_BASE_MAP.scheme}://{_BASE_MAP.netloc}"] if _BASE_MAP.netloc else []
"""Where a base map of the city's own choosing comes from; nothing outside without one."""
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", *_TILES],
        "font-src": ["'self'"],
        "connect-src": ["'self'", *_TILES],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
    }
}
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SILENCED_SYSTEM_CHECKS = ["axes.W003", "security.W004", "security.W008"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
HUHANG_UPLOAD_BYTES = 20 * 1024 * 1024
"""The largest file a form takes; said beside the field before anything is sent."""
HUHANG_IMPORT_BYTES = 64 * 1024 * 1024
