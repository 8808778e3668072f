"""A linear classifier as plain arrays: what training made, and all that answering needs.

Kept as an ``npz`` archive read with ``allow_pickle=False`` beside a JSON vocabulary, under a digest: bytes that come
out of a database must never be able to run anything.
"""

import gzip
import hashlib
import io
import json
import math
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huhang.kernel.errors import Invalid
from huhang.kinds.requests.routing.texts import Read, grams

Floats = NDArray[np.float32]
_MOST = 200_000_000
"""Bytes an unpacked archive may have."""
_UNREADABLE = (ValueError, KeyError, OSError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What reading bytes that are no archive of ours may end in."""


@dataclass(frozen=True)
class Guess:
    """One label with the probability the model gives it."""

    label: str
    probability: float


@dataclass(frozen=True)
class Classifier:
    """Scores are ``weights · tf-idf + bias``; probabilities are their softmax at a temperature found on later cases.

    Attributes:
        weights: one row a gram, one column a label.
        temperature: multiplies the scores.
    """

    labels: tuple[str, ...]
    vocabulary: Mapping[str, int]
    idf: Floats
    weights: Floats
    bias: Floats
    temperature: float = 1.0

    def scores(self, read: Read) -> NDArray[np.float64]:
        """One score a label, before any probability."""
        counts: Counter[str] = grams(read)
        known = [(self.vocabulary[gram], n) for gram, n in counts.items() if gram in self.vocabulary]
        if not known:
            return self.bias.astype(np.float64)
        at = np.fromiter((i for i, _n in known), dtype=np.int64, count=len(known))
        tf = np.fromiter((1 + math.log(n) for _i, n in known), dtype=np.float64, count=len(known))
        vector = tf * self.idf[at]
        vector /= np.linalg.norm(vector) or 1.0
        return np.asarray(vector @ self.weights[at] + self.bias, dtype=np.float64)

    def guesses(self, read: Read, most: int = 2) -> list[Guess]:
        """The likeliest labels, likeliest first."""
        sure = probabilities(self.scores(read)[None, :], self.temperature)[0]
        best = np.argsort(-sure)[:most]
        return [Guess(self.labels[i], float(sure[i])) for i in best]

    def pack(self) -> bytes:
        """The classifier as bytes."""
        out = io.BytesIO()
        words = gzip.compress(json.dumps(list(self.vocabulary), ensure_ascii=False).encode(), mtime=0)
        head = json.dumps({"labels": self.labels, "temperature": self.temperature}, ensure_ascii=False).encode()
        np.savez_compressed(
            out,
            head=np.frombuffer(head, dtype=np.uint8),
            words=np.frombuffer(words, dtype=np.uint8),
            idf=self.idf.astype(np.float32),
            weights=self.weights.astype(np.float16),
            bias=self.bias.astype(np.float32),
        )
        return out.getvalue()


def digest(packed: bytes) -> str:
    """SHA-256 of a packed classifier, kept beside it."""
    return hashlib.sha256(packed).hexdigest()


def unpack(packed: bytes, expected: str) -> Classifier:
    """The classifier of packed bytes.

    Raises:
        Invalid: the bytes are not those that were kept, or no classifier.
    """
    if digest(packed) != expected:
        raise Invalid("模型文件与登记的校验值不符，没有使用。")
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as kept:
            if sum(info.file_size for info in kept.zip.infolist()) > _MOST:
                raise ValueError("too large")
            head = json.loads(kept["head"].tobytes())
            words: Sequence[str] = json.loads(gzip.decompress(kept["words"].tobytes()))
            made = Classifier(
                tuple(str(label) for label in head["labels"]),
                {word: i for i, word in enumerate(words)},
                kept["idf"].astype(np.float32),
                kept["weights"].astype(np.float32),
                kept["bias"].astype(np.float32),
                float(head["temperature"]),
            )
    except _UNREADABLE as why:
        raise Invalid("模型文件读不出来，没有使用。") from why
    if made.weights.shape != (len(words), len(made.labels)) or made.idf.shape != (len(words),):
        raise Invalid("模型文件读不出来，没有使用。")
    return made


def probabilities(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Softmax of each row at a temperature."""
    heated = scores * temperature
    heated = heated - heated.max(axis=1, keepdims=True)
    raised = np.exp(heated)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
