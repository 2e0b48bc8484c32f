"""The winner against the defaults and the best baseline, answered: for the page, terminal, JSON."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from reports import text
from reports.frames import Run
from reports.sections import procedure
from reports.stats import differences, gaps, growth, intervals, looks, measures, needed
from reports.stats import ledger as ledgers
from reports.stats.all_rows import all_rows
from reports.stats.differences import BETTER, OPEN, SAME, WORSE, Difference
from reports.stats.intervals import Interval
from reports.stats.ledger import Ledger
from reports.stats.rows import DIVERGED, all_diverged

JUST_WIDER = 1.005  # times as wide, which is not said
MOST = 100  # times the rows that anyone would gather to decide a question
WORTH = {
    BETTER: "A network is worth it",
    WORSE: "A network is not worth it",
    SAME: "A network does no better",
    OPEN: "Whether a network is worth it is not decided",
}


@dataclass(frozen=True)
class Answer:
    """The winner less another, by what was asked for, and the same in plain error beside it."""

    other: str
    found: Difference
    word: str  # better, worse, the same, not decided
    margin: float
    error: Interval | None  # None where the difference is one of error already
    on_test: Difference | None = None  # where other rows decide

    @property
    def is_contradicted(self) -> bool:
        """Whether the whole interval of the test rows says something else than the answer."""
        if self.on_test is None or self.word == OPEN:
            return False
        found, sign = self.on_test.decisive, self.on_test.by.sign
        if not found.known:
            return False
        ends = sorted((sign * found.low, sign * found.high))
        if self.word == SAME:
            return ends[0] > self.margin or ends[1] < -self.margin
        return ends[0] > 0 if self.word == BETTER else ends[1] < 0

    def plain(self, run: Run) -> dict[str, Any]:
        """As JSON says it."""
        decisive = self.found.decisive
        return {
            "other": self.other,
            "by": self.found.by.unit(run).name,
            "answer": self.word,
            "difference": decisive.estimate,
            "low": decisive.low,
            "high": decisive.high,
            "kind": decisive.kind,
            "covers": decisive.covers,
            "margin": self.margin,
            **({} if self.on_test is None else {"on_test": self._beside(self.on_test.decisive)}),
        }

    def _beside(self, test: Interval) -> dict[str, Any]:
        return {
            "difference": test.estimate,
            "low": test.low,
            "high": test.high,
            "contradicts": self.is_contradicted,
        }


def against(run: Run, other: str, by: measures.Measure) -> Answer:
    """The winner less another setting or a baseline, judged within the margin of the other."""
    winner = str(run.winner)
    found = differences.difference(run, winner, other, by)
    margin = measures.margin(run, other, by)
    plain = differences.difference(run, winner, other, measures.plain())
    beside = None if by.is_error else plain.on_new_rows
    word = differences.answer(run, winner, other, by, margin)
    return Answer(other, found, word, margin, beside, _on_test(run, other, by))


def _on_test(run: Run, other: str, by: measures.Measure) -> Difference | None:
    """The same on the test rows, where others decide; None where these do, or are not known."""
    if run.judged == "test" or not by.of_rows or not run.has_test:
        return None
    both = (str(run.winner), other)
    if by.of_rows == "loss" or by.is_error:
        is_known = all(run.rows_of(one)[f"test_{by.of_rows}"].notna().all() for one in both)
    else:
        is_known = all(run.predictions.has(one, "test") for one in both)
    return differences.difference(run, *both, by, "test") if is_known else None


def lines(run: Run) -> tuple[tuple[str, str], ...]:
    """The verdict, a label and a sentence each; nothing where there is no winner."""
    if run.winner is None or all_diverged(run, run.winner):
        return ()
    note = measures.in_words(run)
    return (
        *((("Compared by", note),) if note else ()),
        ("Against the defaults", defaults_in_words(run)),
        ("Against the best baseline", baseline_in_words(run)),
        ("What remains", remains_in_words(run)),
        *procedure.lines(run),
        *_further(run),
        *((("Looked", looked),) if (looked := looks_in_words(run)) else ()),
    )


def _further(run: Run) -> Iterator[tuple[str, str]]:
    """What more rows would bring, where that was measured; and what is saved, if other networks."""
    if words := growth.in_words(run):
        yield "More rows", words
    if saved := all_rows(run):
        yield "Saved", saved.in_words


def looks_in_words(run: Run) -> str:
    """How often it was looked whether more networks are needed, and what they cannot decide."""
    found = looks.of(run)
    if not found:
        return ""
    counts = text.listing([str(one["replicates"]) for one in found])
    said = f"{text.count(len(found), 'time')}, at {counts} networks a setting"
    only = [
        f"{one['name']} (about {one['rows']:,} {one['unit']})"
        for one in found[-1]["questions"]
        if one["rows"]
    ]
    rest = f" Only more rows can decide: {'; '.join(only)}." if only else ""
    left = [one["name"] for one in found[-1]["questions"] if one["is_open"]]
    if left:
        rest += f" More networks may yet decide {text.listing(left)} (confirm.most allows them)."
    wide = looks.stretch(run)
    if wide < JUST_WIDER:
        return f"{said}.{rest}"
    return f"{said}; because of the repeated looks intervals are {wide:.2g} times as wide.{rest}"


def of_defaults(run: Run) -> Answer | None:
    """Against the defaults; None where they were not confirmed, or win."""
    if run.default in (None, run.winner):
        return None
    return against(run, str(run.default), measures.measure(run))


def of_baseline(run: Run) -> Answer | None:
    """Against the best baseline; None where none was trained."""
    base = differences.best_baseline(run)
    return None if base is None else against(run, base, measures.of_baselines(run))


def defaults_in_words(run: Run) -> str:
    """Whether the search was worth it."""
    if run.default is None:
        return "The defaults were not confirmed, so there is nothing to compare with."
    one = of_defaults(run)
    if one is None:
        return "The winner is the defaults."
    if one.found.decisive.why.startswith(DIVERGED):
        n = len(run.rows_of(one.other))
        return f"All {n} networks of the defaults diverged: there is nothing to compare with."
    head = {
        BETTER: "Better than the defaults",
        WORSE: "Worse than the defaults",
        SAME: "The same as the defaults",
        OPEN: "Not decided against the defaults",
    }[one.word]
    return f"{head}{_within(run, one)}: {_size(run, one)}."


def baseline_in_words(run: Run) -> str:
    """Whether a network is worth it."""
    one = of_baseline(run)
    if one is None:
        return "No baseline was trained."
    by = one.found.by
    scale = by.unit(run)
    value = scale.value(float(measures.values(run, one.other, by).mean()))
    because = "" if measures.measure(run).of_rows else f" {by.why}"
    return (
        f"{WORTH[one.word]}{_within(run, one)}: against {one.other} ({scale.name} {value}), the "
        f"best baseline on dev, {_size(run, one)}.{because}{_simpler(one)}"
    )


def _simpler(one: Answer) -> str:
    """What to do where both are the same, by a difference that was measured."""
    is_measured = one.word == SAME and one.found.decisive.estimate != 0
    return " Take the simpler of the two." * is_measured


def remains_in_words(run: Run) -> str:
    """Bias or variance, of the error; without a reference, what noise can be at most."""
    said = _remains(run, ledgers.ledgers(run)[0])
    return text.capital(said) if measures.measure(run).is_error else f"In plain error, {said}"


def _remains(run: Run, one: Ledger) -> str:
    scale = text.unit(run, "dev_error")
    first, variance, *_ = one.gaps
    name = "train error" if one.assumed else first.name
    sizes = (
        f"{name} {scale.interval(first.interval, difference=not one.assumed)}, variance "
        f"{scale.interval(variance.interval, difference=True)}"
    )
    if one.verdict == gaps.CONDITIONAL:
        head = "bias or noise, which cannot be told apart without a reference error"
        return f"{head}: {sizes}. {_bound(run, first.interval.estimate)}".rstrip()
    if one.verdict != gaps.UNDECIDED:
        return f"{one.verdict}: {sizes}."
    return f"not decided between bias and variance: {sizes}. {one.decide}"


def _bound(run: Run, train: float) -> str:
    """What is avoidable at least: no noise is larger than the error of what was tried."""
    best = ledgers.best_tried(run)
    if best is None:
        return ""
    name, error = best
    who = "the winner itself" if name == run.winner else name
    beyond = (
        "what lies beyond that can be avoided"
        if train > error.estimate
        else "nothing shows that any of the train error could be avoided"
    )
    said = text.unit(run, f"{run.judged}_error").interval(error)
    rows = "rows left out of training" if run.folds else f"the {run.judged} rows"
    return f"The best of all that was tried, {who}, errs {said} on {rows}: {beyond}."


def plain(run: Run) -> dict[str, Any] | None:
    """The verdict as JSON says it; None where there is no winner."""
    if run.winner is None or all_diverged(run, run.winner):
        return None
    by, defaults, baseline = measures.measure(run), of_defaults(run), of_baseline(run)
    one = ledgers.ledgers(run)[0]
    return {
        "compared_by": by.unit(run).name,
        "note": measures.in_words(run),
        "against_defaults": None if defaults is None else defaults.plain(run),
        "against_baseline": None if baseline is None else baseline.plain(run),
        "remains": {"verdict": one.verdict, "reference": None if one.assumed else one.reference},
        **_rows_as_json(run),
    }


def _rows_as_json(run: Run) -> dict[str, Any]:
    """What twice the rows would bring, and what was trained on all rows, where there is such."""
    found: dict[str, Any] = {}
    one, saved = growth.of_winner(run), all_rows(run)
    if one is not None:
        twice = {"estimate": one.twice.estimate, "low": one.twice.low, "high": one.twice.high}
        of = {"by": f"dev_{one.score}", "rows": 2 * float(one.rows[-1]), "now": one.now}
        found["more_rows"] = {"answer": one.answer, **of, **twice}
    if saved is not None:
        found["saved"] = asdict(saved)
    return found


def _within(run: Run, one: Answer) -> str:
    if one.word != SAME or one.found.decisive.estimate == 0:
        return ""
    return f", within {one.found.by.unit(run).difference(one.margin).lstrip('+')}"


def _size(run: Run, one: Answer) -> str:
    """The difference, what its interval covers, and beside it these rows alone and the error."""
    scale, found = one.found.by.unit(run), one.found.decisive
    if found.why == intervals.SAME:
        said = f"{scale.difference(found.estimate)} {scale.name}, {found.why}"
    elif not found.known:
        said = f"{scale.difference(found.estimate)} of {scale.name}, without an interval "
        said += f"({found.why})"
    else:
        said = f"{scale.interval(found, difference=True)}{_sds(run, one)} of {scale.name} "
        said += f"({text.LEVEL}, {found.kind}; {found.covers}{_here(run, one)})"
    if one.error is not None:
        error = text.unit(run, f"{run.judged}_error")
        said += f"; in plain {error.name.removeprefix(f'{run.judged} ')} "
        said += error.interval(one.error, difference=True)
    said += _test_in_words(run, one)
    decide = "" if looks.of(run) else _would_decide(one)
    return f"{said}. {decide}".removesuffix(". ")


def _test_in_words(run: Run, one: Answer) -> str:
    """What the rows say that no choice has seen, and whether that is something else."""
    if one.on_test is None:
        return ""
    scale, found = one.on_test.by.unit(run, "test"), one.on_test.decisive
    said = "on the test rows, which no choice has seen, "
    said += f"{scale.interval(found, difference=True)}{_sds(run, one)}"
    if not one.is_contradicted:
        return f"; {said}"
    return f". But the test rows contradict this: {said}; so take the answer with care"


def _sds(run: Run, one: Answer) -> str:
    in_sds = one.found.by.of_rows in (measures.ERROR, "mean_absolute_error")
    return " SD" if run.regression and in_sds else ""


def _here(run: Run, one: Answer) -> str:
    here = one.found.on_these_rows
    if one.found.on_new_rows is None or here is None or not here.known:
        return ""
    return f"; on these rows alone{one.found.by.unit(run).bounds(here, difference=True)}"


def _would_decide(one: Answer) -> str:
    """About how many times what there is would decide it; "" where it is decided."""
    found = one.found.decisive
    if one.word != OPEN or not found.known:
        return ""
    times = needed.times(one.found, one.margin)
    if times > MOST:
        return "The two are too alike for any affordable number of rows to decide"
    rows = "test rows" if one.found.split == "test" else "rows"
    what = "networks" if one.found.on_new_rows is None else f"{rows} and networks"
    many = text.number(math.ceil(10 * times) / 10, 2)
    return f"If the estimate holds, about {many} times the {what} would decide it"
