"""Everything that writes to a request."""

from huhang.cases.secrets import follow, prove_secret
from huhang.kinds.requests.actions.filing import file_request

__all__ = ["file_request", "follow", "prove_secret"]
