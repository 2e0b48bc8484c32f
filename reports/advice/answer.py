"""The answer to a study's question, its arms against each other, in sentences for every place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reports import text, units
from reports.advice import reasons, shown
from reports.advice.in_words import in_words
from reports.frames import Run, once
from reports.stats.answer import arms
from reports.stats.answer.arms import Arm, Judged
from reports.stats.settings import measures, searched
from reports.stats.settings.differences import BETTER, OPEN, SAME, WORSE
from reports.stats.speed import convergence, pace
from reports.stats.speed.convergence import SpeedTarget
from reports.stats.speed.pace import Pace

NAMED, OF_MANY = 3, 2  # arms in a list; where there are more than MANY in all
MANY = 5


@dataclass(frozen=True)
class Answer:
    """The question, if the study says it; the sentences that answer it, and what is to be added.

    others: how the other arms compare, "" where that is said already. best: the name of the best
    arm, "" where none was confirmed.
    """

    question: str
    sentence: str
    others: str
    more: tuple[str, ...]
    best: str
    arms: tuple[dict[str, Any], ...]

    @property
    def whole(self) -> str:
        """Both sentences."""
        return f"{self.sentence} {self.others}".rstrip()

    def plain(self) -> dict[str, Any]:
        """As JSON says it."""
        return {
            "question": self.question or None,
            "answer": self.whole,
            "more": list(self.more),
            "best": self.best or None,
            "arms": list(self.arms),
        }


@once
def answer(run: Run) -> Answer | None:
    """None of a study that compares no arms."""
    found = arms.arms(run)
    if not found:
        return None
    first, *more = _sentences(run)
    judged = arms.judged(run)
    best = name(run, judged[0].arm) if judged else ""
    asked = str(run.provenance["description"] or "")
    return Answer(asked, *first, tuple(map(" ".join, more)), best, tuple(map(_plain, judged)))


def answered(run: Run) -> str:
    """Both sentences; "" where no arms are compared."""
    found = answer(run)
    return found.whole if found else ""


def name(run: Run, arm: Arm) -> str:
    """`momentum`, `dropout of 10 %`, `neither L2 penalty nor dropout`."""
    pairs = zip(arms.words(run), arm.values, strict=True)
    said = [in_words({word: value}) for word, value in pairs]
    if len(said) == 2 and all(one.startswith("no ") for one in said):
        return " nor ".join(["neither " + said[0][3:], said[1][3:]])
    return " with ".join(said)


def _plain(one: Judged) -> dict[str, Any]:
    return {
        "arm": list(one.arm.key),
        "setting": one.config,
        "error": one.error.estimate,
        "low": one.error.low,
        "high": one.error.high,
        "probability_best": one.chance,
        "against_best": one.difference.word if one.difference else None,
    }


def _sentences(run: Run) -> Iterator[tuple[str, str]]:
    """Who is ahead, and how the others compare; speed first where the study asks for it."""
    if len(arms.judged(run)) < 2:
        yield _of_search(run), ""
        return
    aim = convergence.target(run)
    if aim is not None and pace.is_asked(run):
        yield from _speed(run, aim)
    yield _quality(run)
    if left := len(arms.missing(run)):
        yield (
            f"{text.count(left, 'arm')} of {len(arms.arms(run))} {'was' if left == 1 else 'were'} "
            "not confirmed; of these the search alone says how good they are.",
            "",
        )


def _of_search(run: Run) -> str:
    first = _by_search(run)
    if first is None or first.trial is None:
        return "Which is best is not decided: no trial was completed."
    error = searched.error(run, first.trial, first.trials)
    said = shown.error_unit(run).interval(error)
    return (
        f"Which is best is not decided, for fewer than two were confirmed: {name(run, first)} was "
        f"ahead in the search, with an error of {said}."
    )


def _by_search(run: Run) -> Arm | None:
    ranks = run.trials.set_index("trial")["rank"]
    known = [arm for arm in arms.arms(run) if arm.trial is not None]
    return min(known, key=lambda arm: float(ranks[arm.trial]), default=None)


def _quality(run: Run) -> tuple[str, str]:
    """`Momentum did best, with an error of 3 %.`, `As good (within half a point): adam.`."""
    first, *others = arms.judged(run)
    by, groups = measures.measure(run), _groups(others)
    is_shown = len(groups.get(WORSE, [])) == len(others)
    head = f"{text.capital(name(run, first.arm))} {'is' if is_shown else 'did'} best"
    is_shown_by = by == shown.measure(run)
    by_words = "" if is_shown_by else f" by {shown.quantity(run, by)}"
    value = shown.unit(run).interval(shown.value(run, first.config))
    what = shown.with_article(shown.name(run)) if not by.is_error and is_shown_by else "an error"
    best, said, is_margin_said = f"{head}{by_words}, with {what} of {value}.", [], False
    if (other := arms.neutral(run)) is not None and len(others) > 1:
        said.append(_neutral(run, other))
        groups[_word(other)].remove(other)
        is_margin_said = _word(other) == SAME
    for word in (SAME, OPEN, WORSE, BETTER):
        if found := groups.get(word):
            said.append(_group(run, word, found, len(others), is_margin_said))
    return best, _joined(said)


def _joined(clauses: Sequence[str]) -> str:
    """One sentence of them; "" of none."""
    return text.capital(f"{'; '.join(clauses)}.") if clauses else ""


def _groups(others: Sequence[Judged]) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {}
    for one in others:
        found.setdefault(_word(one), []).append(one)
    return found


def _word(one: Judged) -> str:
    return one.difference.word if one.difference else SAME


BETTER_THERE = "better on the rows that chose nothing"
# Where there are many, which the table names.
COUNTED = {
    WORSE: "{} others are worse",
    OPEN: "whether {} others are as good is not decided",
}
# What is said of arms against the best, in this order.
SAID = {
    SAME: "as good{within}: ",
    OPEN: "not decided: ",
    WORSE: "worse: ",
    BETTER: f"{BETTER_THERE}: ",
}


def _group(run: Run, word: str, found: Sequence[Judged], others: int, is_margin_said: bool) -> str:
    if word == OPEN and len(found) == others > 2:
        return "whether the others are worse is not decided"
    few = NAMED if word == WORSE else OF_MANY
    if word in COUNTED and others > MANY and few < len(found) < others:
        return COUNTED[word].format(len(found))
    names = _listed([name(run, one.arm) for one in found], others)
    one = found[0].difference
    within = reasons.within_margin(run, one) if one and not is_margin_said else ""
    size = _size(run, found[0]) if len(found) == 1 and word != SAME else ""
    return SAID[word].format(within=within) + names + size


def _listed(names: list[str], others: int) -> str:
    if len(names) == others > 2:
        return "all the others"
    most = OF_MANY if others > MANY else NAMED
    left = len(names) - most
    shown = names if left <= 1 else [*names[:most], f"{left} others"]
    return ", ".join(shown)


def _size(run: Run, one: Judged) -> str:
    if one.difference is None:
        return ""
    unit, found = one.difference.found.by.unit(run), one.difference.found.decisive
    what = "" if unit.points else f" in {shown.quantity(run, one.difference.found.by)}"
    return f" ({unit.interval(found, difference=True)}{what})"


def _neutral(run: Run, one: Judged) -> str:
    """The defaults, by which one would know what the arms are good for."""
    value = shown.unit(run).value(shown.value(run, one.config).estimate)
    who, size = f"{name(run, one.arm)} (the defaults)", _size(run, one)
    if _word(one) == SAME and one.difference is not None:
        least = reasons.margin_in_words(run, one.difference)
        apart = size.strip(" ()")
        return f"{who}, {value}: as good, since {apart} is less than would matter ({least})"
    word = {OPEN: "the difference is not decided", WORSE: "worse", SAME: "as good"}
    return f"{who}, {value}: {word.get(_word(one), BETTER_THERE)}{size}"


def _speed(run: Run, aim: SpeedTarget) -> Iterator[tuple[str, str]]:
    """Against the fastest arm, on every axis on which the order may be another."""
    for n, (axis, counted) in enumerate(pace.axes(run).items()):
        found = pace.by_epochs(run) if axis == "epoch" else pace.paces(run, aim, axis)
        if not found[0].reached:
            had = f"{text.number(found[0].horizon)} {counted}"
            yield f"No arm reached {_target(run, aim)} in the {had} that all had.", ""
            return
        yield _fastest(run, found, counted, _target(run, aim), f"By {counted}, " * bool(n))


def _target(run: Run, aim: SpeedTarget) -> str:
    scale = units.unit(run, aim.metric)
    return f"a {scale.name} of {scale.value(aim.value)}"


def _fastest(
    run: Run, found: Sequence[Pace], counted: str, target: str, head: str
) -> tuple[str, str]:
    names = {one.config: name(run, one.arm) for one in arms.judged(run)}
    first, others = found[0], [one for one in found[1:] if one.reached]
    who = names[first.config] if head else text.capital(names[first.config])
    time = f"{text.cost(first.time.estimate)} {counted}"
    reached = f"{first.reached} of {first.n} networks"
    if first.reached < first.n:
        reached += f", the others counting as {text.number(first.horizon)}"
    fastest, said = f"{head}{who} reached {target} first, in {time} on average ({reached}).", []
    slower = [one for one in others if one.is_slower]
    unsure = [one for one in others if not one.is_slower]
    never = [names[one.config] for one in found[1:] if not one.reached]
    for word, some in (("not decided", unsure), ("slower", slower)):
        if len(some) == len(found) - 1 > 2 and some is unsure:
            said.append("whether the others are slower is not decided")
        elif some:
            each = [_taken(names, one, len(some)) for one in some]
            said.append(f"{word}: {_listed(each, len(found) - 1)}")
    if never:
        all_had = f"not in the {text.number(first.horizon)} {counted} that all had"
        said.append(f"{all_had}: {_listed(never, len(found) - 1)}")
    return fastest, _joined(said)


def _taken(names: dict[str, str], one: Pace, many: int) -> str:
    """With how many times as long it takes, where that does not make the sentence too long."""
    times = f" ({text.number(one.ratio.estimate, 2)}{text.SPACE}{text.TIMES} as long)"
    return names[one.config] + times * (many <= NAMED)
