"""The database under the house: an embedded PostgreSQL with our own launcher, or a server that is named (HOUSE §3, §4).

Plain Python and psycopg; Django is not imported, so settings may use it.
"""

from huhang.base.database.backup import dump, restore
from huhang.base.database.cluster import Cluster, Status
from huhang.base.database.roles import APPEND_ONLY, apply_grants, as_owner, ensure_roles
from huhang.base.database.target import Target, django_settings, resolve

__all__ = [
    "APPEND_ONLY",
    "Cluster",
    "Status",
    "Target",
    "apply_grants",
    "as_owner",
    "django_settings",
    "dump",
    "ensure_roles",
    "resolve",
    "restore",
]
