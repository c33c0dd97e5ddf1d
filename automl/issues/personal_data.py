"""Personal data in texts: card and phone numbers, mail addresses, dates of birth, handles."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import phonenumbers
import pyarrow as pa

from automl.issues.thresholds import PERSONAL_DATA

MAX_CHARS = 20_000
MAX_ITEMS = 20
# Numbers without a country code are read as people in these write them.
HOME_REGIONS = ("US", "GB")

Find = Callable[[str], Iterator[str]]

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@])")
_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?!\w)")
_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")
_HANDLE = re.compile(r"(?<![\w@./])@[A-Za-z_][A-Za-z0-9_]{2,29}(?![\w@]|\.\w)")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s{{1,3}}{_MONTH},?\s{{1,3}}\d{{4}}"
    rf"|{_MONTH}\s{{1,3}}\d{{1,2}}(?:st|nd|rd|th)?,?\s{{1,3}}\d{{4}})"
)
_BIRTH = re.compile(
    rf"\b(?:born|birth(?:day|date)?|d\.?o\.?b)\b[^\n\d]{{0,30}}?({_DATE})(?!\d)", re.IGNORECASE
)
# First digits of the large card companies, with the lengths of their numbers.
_ISSUERS = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|2[2-7]"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"6(?:011|5|4[4-9])"), (16, 19)),
    (re.compile(r"35"), (16, 17, 18, 19)),
    (re.compile(r"3(?:0[0-5]|[689])"), (14, 15, 16, 17, 18, 19)),
)


def has_check_digit(digits: str) -> bool:
    """The last digit is the check digit of the others (Luhn, 1960; ISO/IEC 7812-1)."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    total = sum(map(int, digits[::-2])) + sum(n - 9 if n > 9 else n for n in doubled)
    return total % 10 == 0


def _find_cards(text: str) -> Iterator[str]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        of_issuer = any(p.match(digits) and len(digits) in lengths for p, lengths in _ISSUERS)
        if of_issuer and has_check_digit(digits):
            yield match[0]


def _find_mail(text: str) -> Iterator[str]:
    if "@" in text:
        yield from (match[0] for match in _MAIL.finditer(text))


def _find_phones(text: str) -> Iterator[str]:
    """Numbers that exist by the plan of their country, as Google's library knows them."""
    if not _DIGITS.search(text):
        return
    for region in HOME_REGIONS:
        matches = phonenumbers.PhoneNumberMatcher(
            text, region, leniency=phonenumbers.Leniency.VALID
        )
        yield from (match.raw_string for match in matches)


def _find_births(text: str) -> Iterator[str]:
    yield from (match[1] for match in _BIRTH.finditer(text))


def _find_handles(text: str) -> Iterator[str]:
    if "@" in text:
        yield from (match[0] for match in _HANDLE.finditer(text))


@dataclass(frozen=True)
class Kind:
    """`score` says how much harm it does in the wrong hands."""

    name: str
    score: float
    find: Find


KINDS = (
    Kind("credit card", 1.0, _find_cards),
    Kind("email", 0.5, _find_mail),
    Kind("phone number", 0.5, _find_phones),
    Kind("date of birth", 0.4, _find_births),
    Kind("username", 0.2, _find_handles),
)


def find_personal_data(texts: Sequence[str]) -> pa.Table:
    """Patterns, and for numbers their check digits or numbering plans; no names or addresses.

    Returns
    -------
    is_PII; PII_score: of the gravest kind in the text; PII_types and PII_items: JSON arrays of
    equal length, at most 20, in the order of the kinds.
    """
    found = {text: _search(text) for text in set(texts)}
    rows = [found[text] for text in texts]
    score = np.array([max((kind.score for kind, _ in row), default=0.0) for row in rows])
    return pa.table(
        {
            "is_PII": score >= PERSONAL_DATA,
            "PII_score": score,
            "PII_types": [_to_json(kind.name for kind, _ in row) for row in rows],
            "PII_items": [_to_json(item for _, item in row) for row in rows],
        }
    )


def _search(text: str) -> list[tuple[Kind, str]]:
    """What is found as one kind is blanked, so that a card's digits are no phone number too."""
    rest, found = text[:MAX_CHARS], []
    for kind in KINDS:
        for item in dict.fromkeys(kind.find(rest)):
            found.append((kind, item))
            rest = rest.replace(item, " ")
    return found[:MAX_ITEMS]


def _to_json(items: Iterator[str]) -> str:
    return json.dumps(list(items), ensure_ascii=False)
