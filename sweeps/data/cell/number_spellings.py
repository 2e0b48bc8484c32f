"""Numbers in a spelling, as "1,234", "12 %", "$5,000.00" or "3.1*", where all of a column agree.

What a decimal mark is `data.decimal` says; the other mark, an apostrophe or a space may only stand
between groups of three digits. Money of two currencies, or percents beside plain numbers, are not
one quantity, and are left as they are. "<0.1" is its limit (`detection_limits`).
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from sweeps.base.errors import Expected, Unquoted
from sweeps.data.cell import detection_limits

# Texts that mean a gap among numbers, and only there.
GAPS = frozenset(
    {"-", "--", "–", "—", "..", "…", "n.a.", "N.A.", "#N/A", "#NA", "<NA>", "#NULL!", "#DIV/0!"}
)
# Signs and codes of currencies.
MONEY = (
    r"[€$£¥₹₽₩₺₪₫₦฿]|(?:R|A|C|US)\$|EUR|USD|GBP|CHF|JPY|CNY|INR|BRL|CAD|AUD|SEK|NOK|DKK|PLN|"
    r"kr\.?|zł|Kč"
)
_NOTES = r"\s?([*†‡§¹²³]+|\[\w{1,2}\])"


# What only a text has whose point is the decimal mark: "1,234.5", "1,234,567", "0.25".
_POINT = re.compile(r",.*[.,]|(?<!\d)0?\.\d|\.(\d{1,2}|\d{4,})(?!\d)")


@dataclass(frozen=True)
class SpelledNumber:
    """A text as a number, and what it is of: "%", a currency, or "" for a plain one."""

    value: float
    unit: str


@dataclass(frozen=True)
class Spelled:
    """How a column's texts are read: a spelled one, its value, and the texts that are gaps.

    unit: of all that have one. unsure: a text whose comma may as well be a decimal one, where no
    other text of the column tells. limits: the texts that are below or above one, and the limit.
    """

    example: str
    value: float
    gaps: tuple[str, ...]
    unit: str = ""
    unsure: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        told = [f"'{self.example}' is {self.value:.12g}"] if self.example else []
        told += [f"'{gap}' is a gap" for gap in self.gaps]
        return ", ".join(told)


@cache
def _pattern(decimal: str) -> re.Pattern[str]:
    group = f"[{',' if decimal == '.' else '.'}'’ \u00a0\u2009\u202f]"
    mark = re.escape(decimal)
    digits = rf"[1-9]\d{{0,2}}(?P<group>{group})\d{{3}}((?P=group)\d{{3}})*({mark}\d+)?"
    plain = rf"(\d+({mark}\d*)?|{mark}\d+)([eE][-+]?\d{{1,3}})?"
    return re.compile(
        rf"(?P<sign>[-+−]?)\s?(?P<before>{MONEY})?\s?(?P<inner>[-+−]?)"
        rf"(?P<digits>{digits}|{plain})\s?(?P<after>%|{MONEY})?({_NOTES})?"
    )


def parse(text: str, decimal: str) -> SpelledNumber | None:
    """A text as a number; None where it is none. A limit may have either decimal mark."""
    behind = detection_limits.bare(text)
    if behind is None:
        return _parse(text, decimal)
    return _parse(behind, decimal) or _parse(behind, "," if decimal == "." else ".")


def _parse(text: str, decimal: str) -> SpelledNumber | None:
    found = _pattern(decimal).fullmatch(text.strip())
    if found is None or (found["sign"] and found["inner"]) or (found["before"] and found["after"]):
        return None
    digits = found["digits"].replace(found["group"], "") if found["group"] else found["digits"]
    value = float(digits.replace(decimal, "."))
    is_negative = (found["sign"] or found["inner"]) in ("-", "−")
    return SpelledNumber(-value if is_negative else value, found["before"] or found["after"] or "")


def value(text: str, decimal: str, unit: str | None = None) -> float | None:
    """The number that a text is; NaN of a gap, None of what is neither, or has another unit."""
    if text.strip() in GAPS:
        return math.nan
    found = parse(text, decimal)
    return None if found is None or is_other_unit(found, unit) else found.value


_SAME = {"€": "EUR", "$": "USD", "£": "GBP"}


def is_other_unit(found: SpelledNumber, unit: str | None) -> bool:
    """Whether a number has a unit that a column's do not have."""
    own = _SAME.get(found.unit, found.unit)
    return unit is not None and own not in ("", _SAME.get(unit, unit))


def of(words: Iterable[str], decimal: str) -> Spelled | None:
    """How a column with these words is read as numbers; None where it cannot be, or need not."""
    every = sorted({word.strip() for word in words})
    gaps = tuple(word for word in every if word in GAPS)
    numbers = {word: parse(word, decimal) for word in every if word not in GAPS}
    known = {word: found for word, found in numbers.items() if found is not None}
    units = {found.unit for found in known.values()}
    if not known or len(known) < len(numbers) or ("%" in units and len(units) > 1):
        return None
    if len(units - {""}) > 1 or any(is_code(word) for word in known):
        return None
    if detection_limits.are_limits(known):
        return None
    return _told(known, gaps, decimal)


def _told(known: Mapping[str, SpelledNumber], gaps: tuple[str, ...], decimal: str) -> Spelled:
    """How numbers of one unit, and gaps, are read."""
    limits = {word: known[word].value for word in known if detection_limits.bare(word) is not None}
    spelled = [word for word in known if not _is_plain(word) and word not in limits]
    if limits and decimal == ",":  # what the study says of all numbers is no spelling of some
        spelled = [word for word in spelled if not _is_plain(word.replace(",", "."))]
    example = max(spelled, key=len, default="")
    unit = max(found.unit for found in known.values())
    commas = [word for word in spelled if "," in word] if decimal == "." else []
    tells = any(map(_POINT.search, known)) if commas else True
    unsure = "" if tells else max(commas, key=len)
    value = known[example].value if example else math.nan
    return Spelled(example, value, gaps, unit, unsure, limits)


def declared(words: Iterable[str], decimal: str) -> Spelled:
    """How a column with these words, numbers as the study says, is read.

    Errors: Expected for numbers of more than one unit.
    """
    every = sorted({word.strip() for word in words})
    numbers = {word: parse(word, decimal) for word in every}
    known = {word: found for word, found in numbers.items() if found is not None}
    first: dict[str, str] = {}
    for word, found in known.items():
        first.setdefault(found.unit, word)
    units = sorted(set(first) - {""} if "%" not in first else first)
    if len(units) > 1:
        got = Unquoted(" beside ".join(f"'{first[unit]}'" for unit in reversed(units)))
        raise Expected("numbers of one unit in all of its cells", got)
    gaps = tuple(word for word in every if word in GAPS)
    return _told(known, gaps, decimal) if known else Spelled("", math.nan, gaps)


def _is_plain(word: str) -> bool:
    return bool(re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", word))


def is_code(word: str) -> bool:
    """Zeros in front of whole numbers are of codes: "01067"."""
    return bool(re.fullmatch(r"0\d+", word))
