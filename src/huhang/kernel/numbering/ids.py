"""Row keys that sort by time: UUID version 7 (RFC 9562 §5.7), made here because Python 3.11 has none."""

import random
import threading
import time
from uuid import UUID

_LAST_MS = 1 << 48


def _layout(ms: int, tail: int) -> UUID:
    """48 bits of time, version 7, 12 bits, variant 10, 62 bits; ``tail`` gives the 74 free bits."""
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return UUID(int=ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


class Ordered7:
    """A source of version 7 ids that rise within one millisecond (RFC 9562 §6.2, method 2); safe between threads.

    Args:
        rng: where the free bits come from; a seeded one gives the same ids again.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._lock = threading.Lock()
        self._ms = -1
        self._tail = 0

    def at(self, ms: int) -> UUID:
        """An id for a moment the caller names, in milliseconds since 1970; calls for one moment in a row rise.

        Raises:
            ValueError: the moment does not fit into 48 bits.
        """
        with self._lock:
            return self._issue(ms)

    def now(self) -> UUID:
        """An id for this moment, above every earlier one of this source even when the clock is set back."""
        with self._lock:
            return self._issue(max(time.time_ns() // 1_000_000, self._ms))

    def _issue(self, ms: int) -> UUID:
        if not 0 <= ms < _LAST_MS:
            raise ValueError("milliseconds since 1970 must fit into 48 bits")
        if ms == self._ms:
            self._tail += 1 + self._rng.getrandbits(32)
        else:
            # the highest bit starts as zero: 2**73 of room, more than 2**40 ids of one millisecond can use up
            self._ms, self._tail = ms, self._rng.getrandbits(73)
        return _layout(ms, self._tail)


_CLOCK = Ordered7(random.SystemRandom())
_TOLD = Ordered7(random.SystemRandom())


def uuid7(now_ms: int | None = None, rng: random.Random | None = None) -> UUID:
    """A new row key.

    Without arguments the keys of one process rise strictly. With ``now_ms`` the given moment is kept, also a past one
    (loading old records), and calls for the same moment in a row rise. With ``rng`` the key depends on the two
    arguments alone; for a rising series from a seed keep an ``Ordered7``.

    Raises:
        ValueError: ``now_ms`` does not fit into 48 bits.
    """
    if rng is not None:
        source = Ordered7(rng)
        return source.now() if now_ms is None else source.at(now_ms)
    return _CLOCK.now() if now_ms is None else _TOLD.at(now_ms)
