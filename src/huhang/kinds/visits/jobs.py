"""The work of imports."""

import uuid

from huhang.base.jobs.registry import work
from huhang.kinds.visits.importing import TABLE


@work("visits.import", whole=False)
def import_table(run: str) -> None:
    """Saves a checked table of visits; stopped anywhere, it goes on there."""
    TABLE.save(uuid.UUID(run))
