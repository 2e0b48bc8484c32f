"""Next steps in the space: ranges to widen, and what holds a network back or gives it room."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reports import summary, text
from reports.advice.step import Step
from reports.frames import Run
from reports.naming import RANGE, file_word, plain_name
from reports.stats.answer.recommending import NETWORK, Choice
from reports.stats.bias_variance import ledger, limiting
from reports.stats.bias_variance.gaps import CONDITIONAL, HIGH_BIAS, HIGH_VARIANCE
from reports.stats.lints import search_lints
from reports.stats.search import tuning

UP_TO_ONE = ("keep_prob", "beta", "beta1", "beta2", "floor", "label_smoothing")


def against_limit(run: Run, choice: Choice) -> Iterator[Step]:
    """What helps against that which surely limits the network that is recommended."""
    if _is_limit_known(run, choice):
        yield from _remedies(run)


def wider_ranges(run: Run, choice: Choice) -> Iterator[Step]:
    """Of what was searched, where the best lies at an end."""
    near = sorted(search_lints.near_edges(run), key=lambda one: one.name.count("."))
    for one in near:
        yield from _wider(run, one)


def against_likely_limit(run: Run, choice: Choice) -> Iterator[Step]:
    """What may help the best network, where its limit is open or another model is recommended."""
    if not _is_limit_known(run, choice):
        yield from _remedies(run)


def _is_limit_known(run: Run, choice: Choice) -> bool:
    if choice.kind != NETWORK:
        return False
    return limiting.limit(run, choice.name).verdict in (HIGH_VARIANCE, HIGH_BIAS)


def _remedies(run: Run) -> Iterator[Step]:
    verdict = ledger.ledgers(run)[0].verdict if run.configs else ""
    if verdict == HIGH_VARIANCE:
        yield from _held_back(run)
    if verdict in (HIGH_BIAS, CONDITIONAL):
        yield from _more_room(run)


def _wider(run: Run, one: search_lints.NearEdge) -> Iterator[Step]:
    low, high = widened(one)
    whole = one.name.removesuffix(RANGE)  # beside exact values
    path = _path(run, whole)
    if path is None or (low, high) == (one.entry["low"], one.entry["high"]):
        return
    log = ", log: true" * bool(one.entry.get("log"))
    ends = f"{{low: {_number(low)}, high: {_number(high)}{log}}}"
    if whole != one.name:
        choices = tuning.space_of(run, whole)["choices"]
        exact = [_number(choice) for choice in choices if choice != tuning.RANGE]
        ends = f"{{choices: [{', '.join([*exact, ends])}]}}"
    name, word = plain_name(whole), file_word(whole)
    name += f" ({word})" * bool(word)
    side = "lowest" if one.end == "low" else "highest"
    yield Step(
        f"The best {name}, {text.setting(one.value, 2)}, is about the {side} that was tried. "
        "Search further:",
        nested([*path, whole.rpartition(".")[2]], ends),
    )


def widened(one: search_lints.NearEdge) -> tuple[float, float]:
    """The ends of a range that goes further where the best lies: ten times, or half as wide again.

    A positive number stays one, and a share below 1 halves its distance to 1.
    """
    low, high, last = one.entry["low"], one.entry["high"], one.name.rpartition(".")[2]
    is_whole = isinstance(low, int) and isinstance(high, int)
    if one.end == "low":
        further = low / 10 if one.entry.get("log") else max(low - (high - low) / 2, low / 2)
        further = further if low > 0 else low
        return (max(1, math.floor(further)) if is_whole else further), high
    further = high * 10 if one.entry.get("log") else high + (high - low) / 2
    if last in UP_TO_ONE and further >= 1:
        further = (1 + high) / 2
    return low, round(further) if is_whole else further


def nested(path: list[str], value: str) -> str:
    """The lines of a study file with a value at the end of a path."""
    heads = [f"{'  ' * depth}{name}:" for depth, name in enumerate(path)]
    return "\n".join([*heads[:-1], f"{heads[-1]} {value}"])


def _search(run: Run, why: str, entries: Mapping[str, str]) -> Step:
    """Search these, and say what has to go from `fixed`; why: what comes before that."""
    fixed = re.search(r"^fixed:(.*\n(?:[ ]+.*\n)*)", run.study_yaml, re.MULTILINE)
    there = [name for name in entries if fixed and re.search(rf"\b{name}:", fixed[1])]
    which = {1: "it", 2: "both"}.get(len(there), "all of them")
    gone = f". Take {which} out of fixed, and add" if there else ""
    lines = ["space:", *(f"  {name}: {entry}" for name, entry in entries.items())]
    return Step(f"{why}{gone}:", "\n".join(lines))


def _path(run: Run, name: str) -> list[str] | None:
    """Where a parameter stands in the file; None of a list's or a shape's own."""
    *outer, _ = name.split(".")
    if not outer:
        return ["space"]
    head = tuning.space_of(run, outer[0])
    is_arm = len(outer) == 2 and outer[1] in map(str, head.get("choices") or ())
    return ["space", outer[0], "choices", outer[1]] if is_arm else None


def _number(x: float | str) -> str:
    return text.setting(float(x), 6)


def _held_back(run: Run) -> Iterator[Step]:
    """Regularization that was not searched."""
    if run.provenance.get("trainer"):
        return
    settings = summary.settings(run, str(run.winner))
    ways = {"l2": "{low: 1e-4, high: 10, log: true}", "keep_prob": "{low: 0.5, high: 1.0}"}
    if settings.get("hidden") == []:
        del ways["keep_prob"]
    left = {name: ends for name, ends in ways.items() if not _is_searched(run, name)}
    if left:
        names = {"l2": "an L2 penalty", "keep_prob": "dropout (keep_prob)"}
        what = " and ".join(names[name] for name in left)
        why = f"Against overfitting, try {what}"
        yield _search(run, why, left)


def rate_not_searched(run: Run, choice: Choice) -> Iterator[Step]:
    """The learning rate was fixed, on which most else depends."""
    if run.provenance.get("trainer") or _is_searched(run, "learning_rate"):
        return
    rate = summary.settings(run, str(run.winner)).get("learning_rate")
    if rate:
        low, high = (text.setting(float(rate) * times, 2) for times in (0.1, 10))
        ends = f"{{low: {low}, high: {high}, log: true}}"
        why = "Much depends on the learning rate. Search it"
        yield _search(run, why, {"learning_rate": ends})


def _more_room(run: Run) -> Iterator[Step]:
    """Larger layers, where their sizes were not searched."""
    if run.provenance.get("trainer") or _is_searched(run, "hidden"):
        return
    now: Any = summary.settings(run, str(run.winner)).get("hidden", [])
    sizes = [now, [2 * n for n in now], [4 * n for n in now]] if now else [[], [32], [64, 32]]
    why = "The best network errs on its own training rows, too. Try larger ones"
    yield _search(run, why, {"hidden": text.value(sizes)})


def reference(run: Run, choice: Choice) -> Iterator[Step]:
    """How well a perfect model could do, which tells noise from bias; not everyone knows it."""
    if not run.configs or ledger.ledgers(run)[0].verdict != CONDITIONAL:
        return
    yield known_error(run)


def known_error(run: Run) -> Step:
    """The line that says it, with a number to be replaced."""
    train = float(run.rows_of(str(run.winner))["train_error"].mean())
    unit = _sds(run) if run.regression else "how often experts err"
    found = text.setting(train / 2, 1)
    return Step(
        f"If you know the lowest error that anyone could reach ({unit}), write it here: it tells "
        "noise from a too simple model.",
        f"reference: {found}  # your own number{_in_its_unit(run, float(found))}",
        yours=f"your own number, the lowest error to be reached{', in SDs' * run.regression}",
    )


def _sds(run: Run) -> str:
    """A study has its reference in SDs, the page its errors in the target's own unit."""
    sd = run.target_sd
    return "in SDs of the target" + ("" if sd is None else f", {text.amount(sd)}")


def _in_its_unit(run: Run, reference: float) -> str:
    """`: 0.3 is an error of 23`, of a number's."""
    if not run.regression or run.target_sd is None:
        return ", in SDs" * run.regression
    return f": {reference:g} is an error of {text.amount(reference * run.target_sd)}"


def _is_searched(run: Run, name: str) -> bool:
    """Alone, together with others ("batch_size,learning_rate"), or inside of a choice."""
    return any(name in re.split(r"[.,]", one) for one in run.parameters)
