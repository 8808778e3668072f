"""One PostgreSQL: the embedded one, or the server named in HUHANG_DATABASE_URL; nothing else knows which."""

import os

from huhang.base.database import django_settings, resolve

DATABASES = {"default": django_settings(resolve(os.environ))}
