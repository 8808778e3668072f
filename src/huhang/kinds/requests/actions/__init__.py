"""Everything that writes to a request."""

from huhang.kinds.requests.actions.filing import file_request, follow, prove_secret

__all__ = ["file_request", "follow", "prove_secret"]
