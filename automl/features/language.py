"""Whether texts are English: by their letters and by small words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

MAX_READ = 2_000
MAX_CHARS = 500
MAX_OTHER_SCRIPT = 0.3
# In English questions, messages, tweets and comments 22 to 33 of 100 words are among the small
# ones; in titles few, so that English is also what shows no sign of another language.
MIN_SIGN = 0.03
# Words that other languages write the same way (a, as, do, in, is, me, on, so, was) are in neither.
ENGLISH = frozenset(
    "about and are at be been but by can could did does for from had have he how if it its just my "
    "not of or our she that the their there they this to we were what when where which who why "
    "with would you your".split()
)
OTHERS = frozenset(
    "aby ale alle att av bir bu che como con da dan das de dei del der des det di die diye dla dos "
    "een ein el els en er es est et het ich il ist ja jak je jest ke ki kwa la las le les los mais "
    "med na ne nicht nie niet non och og ole para pas per pour pro que qui sa se si som sur tak "
    "tidak til um un una und une van ve ver voor ya yang ze zu".split()
)
_WORD = re.compile(r"[^\W\d_]+")


def is_english(texts: Iterable[str]) -> bool:
    """Judge by a sample that is spread over the sorted texts; equal texts give equal answers."""
    ordered = sorted(texts)
    sample = ordered[:: max(1, len(ordered) // MAX_READ)]
    words = Counter(word for text in sample for word in _WORD.findall(text[:MAX_CHARS].lower()))
    letters = Counter[str]()
    for word, count in words.items():
        letters.update({letter: n * count for letter, n in Counter(word).items()})
    n_letters = max(letters.total(), 1)
    if sum(n for c, n in letters.items() if not _is_latin(c)) > MAX_OTHER_SCRIPT * n_letters:
        return False
    if _share(words, ENGLISH) >= max(MIN_SIGN, _share(words, OTHERS)):
        return True
    n_accented = sum(n for c, n in letters.items() if not c.isascii())
    return max(_share(words, OTHERS), n_accented / n_letters) < MIN_SIGN


def _share(words: Counter[str], known: Collection[str]) -> float:
    return sum(words[word] for word in known) / max(words.total(), 1)


def _is_latin(letter: str) -> bool:
    """Basic, accented, and those of the additional block."""
    return letter < "\u0250" or "\u1e00" <= letter <= "\u1eff"
