"""Words as people type them: folding for search, cleaning for storage, one spelling for hashing."""

from huhang.kernel.text.canonical import canonical_json, digest, fingerprint, plain
from huhang.kernel.text.clean import clean
from huhang.kernel.text.grams import bigrams, fold, like_pattern, query_bigrams, query_words
from huhang.kernel.text.sketch import alike, bands, key, letters, sketch
from huhang.kernel.text.width import half_width, squeeze

__all__ = [
    "alike",
    "bands",
    "bigrams",
    "canonical_json",
    "clean",
    "digest",
    "fingerprint",
    "fold",
    "half_width",
    "key",
    "letters",
    "like_pattern",
    "plain",
    "query_bigrams",
    "query_words",
    "sketch",
    "squeeze",
]
