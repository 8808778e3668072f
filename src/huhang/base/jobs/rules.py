"""How often failed work is tried again, and what may be said about a failure."""

from datetime import timedelta

from huhang.kernel.errors import Refusal

MOST_ATTEMPTS = 8
EARLY = timedelta(seconds=1)
"""How far two clocks may differ: work started this much too soon is done all the same."""
_FIRST, _LONGEST = timedelta(seconds=15), timedelta(hours=12)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failures: 15 s, 1 min, 4 min … at most 12 h; seven waits make 18 hours.

    An outage of a night is therefore outlived before anything is given up (SAFEGUARDS 19).
    """
    return min(_FIRST * int(4 ** (attempts - 1)), _LONGEST)


def given_up_after(attempts: int) -> bool:
    """Whether so many failures are enough."""
    return attempts >= MOST_ATTEMPTS


def failure(problem: BaseException) -> str:
    """What the ledger keeps of a failure: the class, and the words only when they are our own.

    Messages of databases and providers quote the values that broke them; ours never hold anything personal
    (SAFEGUARDS 11).
    """
    name = type(problem).__name__
    return f"{name}: {problem.text}"[:500] if isinstance(problem, Refusal) else name
