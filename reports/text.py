"""How numbers, settings and lists are written: one place for digits, signs and words."""

import json
import math
import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.frames import Run
    from reports.stats.sampling.intervals import Interval

MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
LEVEL = f"95{SPACE}%"  # of every interval
DASH = "\N{EN DASH}"
TIMES = "\N{MULTIPLICATION SIGN}"
SIZES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def ended_by(run: "Run") -> str:
    """Which budget ended the search, and why; of an older run its budgets; "" where it had none."""
    said = run.provenance.get("ended_by")
    if said:
        return str(said)
    budgets = run.provenance["budgets"].items()
    found = [f"{name} {value(x)}" for name, x in budgets if name != "trial_time"]
    return f"a budget ({', '.join(found)})" if found else ""


def number(x: float, digits: int = 3) -> str:
    """Significant digits, without exponents where they can be helped: `0.00059`, `1.2e-6`.

    At the hyphen of an exponent a line would break.
    """
    if not math.isfinite(x):
        return DASH
    if x == int(x) and abs(x) < 1e6:
        return f"{int(x):,}".replace("-", MINUS).replace(",", SPACE)
    size = abs(x)
    if 1e-4 <= size < 1e6:
        decimals = max(digits - 1 - math.floor(math.log10(size)), 0)
        text = f"{x:.{decimals}f}"
    else:
        mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
        text = (
            f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"
        )
    return MINUS + text[1:] if text.startswith("-") else text


def exact(x: float) -> str:
    """In as few digits as say where it is: a tick of an axis, which stands at a round number."""
    size, word = next(((size, word) for size, word in SIZES if abs(x) >= size), (1, ""))
    x /= size
    digits = next((n for n in range(1, 7) if math.isclose(float(f"{x:.{n - 1}e}"), x)), 7)
    rounded = float(f"{x:.{digits - 1}e}")  # 0.9999999999999998 is 1, and not 1.0
    return f"{number(rounded, digits)}{SPACE}{word}".strip(SPACE)


def cost(x: float) -> str:
    """A mean cost, such as epochs: one decimal below a hundred, words from a million on."""
    if not math.isfinite(x):
        return DASH
    for size, word in SIZES:
        if abs(x) >= size:
            return f"{number(x / size)}{SPACE}{word}"
    return f"{x:.1f}" if abs(x) < 100 else number(round(x))


def time(restricted: "Interval", reached: int) -> str:
    """A mean with misses at the horizon: `12.3`; `> 60` where no network got there before it."""
    return cost(restricted.estimate) if reached else more(restricted.estimate)


def more(horizon: float) -> str:
    """`> 60`: than the horizon."""
    return f">{SPACE}{number(horizon) if abs(horizon) < 100 else cost(horizon)}"


def amount(x: float) -> str:
    """A quantity of the user's own, of any size: 0.0123, 4.56, 21 346, 1.23 million."""
    return number(x) if abs(x) < 100 else cost(x)


def seconds(x: float) -> str:
    """0.42 seconds, 12.3 seconds, 4.5 minutes, 1.2 hours."""
    if not math.isfinite(x):
        return DASH
    for size, word in ((3600.0, "hours"), (60.0, "minutes")):
        if x >= 2 * size:
            return f"{number(x / size, 2)}{SPACE}{word}"
    return f"{number(x, 2)}{SPACE}seconds"


def ratio(of: "Interval") -> str:
    """`2.1 x [1.4, 3.0]`, with a proper multiplication sign."""
    if not math.isfinite(of.estimate):
        return DASH
    bounds = (
        f" [{number(of.low)}, {number(of.high)}]"
        if math.isfinite(of.low) and math.isfinite(of.high)
        else ""
    )
    return f"{number(of.estimate)}{SPACE}{TIMES}{bounds}"


def probability(p: float) -> str:
    """`.97`, without the idle zero; `> .99` and `< .01` at the ends."""
    if not math.isfinite(p):
        return DASH
    if p > 0.995:
        return "> .99"
    if p < 0.005:
        return "< .01"
    return f"{p:.2f}".lstrip("0") if p < 1 else "1"


def settings(values: Mapping[str, object]) -> str:
    """`learning_rate 0.003, optimizer adam`: by name, in their order; "" where there are none."""
    return ", ".join(f"{name} {value(x)}" for name, x in values.items())


def value(x: object) -> str:
    """A setting's value as a study file has it, but for its digits: `0.001`, `[32, 16]`, `1024`.

    A name with settings of its own, `{"momentum": {"beta": 0.9}}`, is `momentum (beta 0.9)`, also
    where it comes as Optuna is told of it, in JSON.
    """
    if isinstance(x, bool):
        return "true" if x else "false"
    if x is None or (isinstance(x, float) and math.isnan(x)):
        return DASH
    if isinstance(x, float):
        return setting(x, _digits(x))
    if isinstance(x, (list, tuple)):
        return "[" + ", ".join(value(each) for each in x) + "]"
    if isinstance(x, dict):
        ((name, own),) = x.items()
        return f"{name} ({settings(own)})" if own else str(name)
    return _coded(x) if isinstance(x, str) and CODED.fullmatch(x) else str(x)


def setting(x: float, digits: int) -> str:
    """A number as it can be copied into a study file, without idle zeros: `0.001`, `-0.5`."""
    found = number(x, digits).replace(SPACE, "").replace(MINUS, "-")
    return found.rstrip("0").rstrip(".") if "." in found and "e" not in found else found


def _digits(x: float) -> int:
    """Of a setting: three, and so many of one just below 1 that it is not taken for 1."""
    if not 0.9 < abs(x) < 1:
        return 3
    return 2 - math.floor(math.log10(1 - abs(x)))


def yaml(x: object) -> str:
    """A setting's value as a study file has it, all of it: `{momentum: {beta: 0.9}}`."""
    if isinstance(x, Mapping):
        return "{" + ", ".join(f"{name}: {yaml(own)}" for name, own in x.items()) + "}"
    if isinstance(x, (list, tuple)):
        return "[" + ", ".join(map(yaml, x)) + "]"
    return setting(x, 6) if isinstance(x, float) else value(x)


def quoted(word: str) -> str:
    """As a shell takes it for one word."""
    return shlex.quote(word)


CODED = re.compile(r'\{"[\w.]+": \{.*\}\}')


def _coded(code: str) -> str:
    try:
        return value(json.loads(code))
    except json.JSONDecodeError:
        return code


def with_rest(words: str, rest: str) -> str:
    """`2.6 % [1.8, 3.5]`, `20.0 (90 % reached it)`: what is no interval stands in brackets."""
    return f"{words} {rest if rest[:1] in ('', '[') else f'({rest})'}".strip()


def capital(words: str) -> str:
    """The first letter capital, the others as they are: `AUC (worst)` stays."""
    return words[:1].upper() + words[1:]


def listing(names: list[str], word: str = "and") -> str:
    """a, b and c."""
    return f" {word} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def count(n: int, word: str, plural: str = "") -> str:
    """`1 replicate`, `3 replicates`."""
    return f"{number(n)} {word if n == 1 else plural or word + 's'}"
