"""Settings and counts in plain words."""

import json
from typing import Any

from sweeps.base.errors import show
from sweeps.study.hyperparameters.vocabulary import plain


def settings(config: dict[str, Any]) -> str:
    """A configuration in one line."""
    return ", ".join(f"{word} {value_of(value)}" for word, value in config.items()) or "–"


def value_of(value: Any) -> str:
    """A canonical value, numbers shortened: `0.001`, `[32, 16]`, `momentum (beta 0.9)`."""
    value = plain(value)
    if isinstance(value, dict):
        ((name, inner),) = value.items()
        return f"{name} ({settings(inner)})" if inner else str(name)
    if isinstance(value, list):
        return f"[{', '.join(map(value_of, value))}]"
    return f"{value:.3g}" if isinstance(value, float) else show(value).strip("'")


def choice(code: Any) -> str:
    """An option as Optuna knows it, which is JSON where it is an arm with settings of its own."""
    if isinstance(code, float):
        return f"{code:g}"
    is_arm = isinstance(code, str) and code.startswith("{")
    return value_of(json.loads(code) if is_arm else code)


def count(n: int, word: str) -> str:
    """`1 job`, `2 jobs`."""
    return f"{n} {word}" if n == 1 else f"{n} {word}s"
