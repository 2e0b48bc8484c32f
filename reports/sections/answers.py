"""The winner against the defaults and the best baseline, answered; `answer_words` says it."""

from dataclasses import asdict, dataclass
from typing import Any

from reports.frames import Run
from reports.stats.bias_variance import growth
from reports.stats.bias_variance import ledger as ledgers
from reports.stats.sampling.intervals import Interval
from reports.stats.settings import differences, measures
from reports.stats.settings.all_rows import all_rows
from reports.stats.settings.differences import BETTER, OPEN, SAME, Difference
from reports.stats.settings.rows import all_diverged


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


def of_defaults(run: Run) -> Answer | None:
    """Against the defaults; None where they were not confirmed, or win."""
    if run.default in (None, run.winner):
        return None
    return against(run, str(run.default), measures.measure(run))


def of_baseline(run: Run) -> Answer | None:
    """Against the best baseline; None where none was trained."""
    base = differences.best_baseline(run)
    return None if base is None else against(run, base, measures.of_baselines(run))


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
