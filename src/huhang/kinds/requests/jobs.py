"""Work of the request ledger."""

import uuid

from huhang.base.jobs.registry import work
from huhang.kinds.requests.importing.actions import file_rows


@work("requests.import", whole=False)
def import_requests(run: str) -> None:
    """Files the good rows of a checked table; stopped anywhere, it goes on there."""
    file_rows(uuid.UUID(run))
