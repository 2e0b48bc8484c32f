"""The three numbers of the first screen: how good it is, against what, and what limits it."""

from dataclasses import dataclass

from reports import text, units
from reports.advice import shown
from reports.advice.in_words import called
from reports.advice.reasons import are_errors_apart, word
from reports.frames import Run
from reports.stats.answer import recommending
from reports.stats.answer.recommending import NETWORK, Choice
from reports.stats.bias_variance import gaps, growth, limiting
from reports.stats.bias_variance.limiting import Limit
from reports.stats.lints import curve_lints
from reports.stats.sampling import ratios
from reports.stats.sampling.intervals import Interval
from reports.stats.settings import differences, measures, uneven
from reports.stats.settings.differences import OPEN
from reports.stats.settings.measures import Measure


@dataclass(frozen=True)
class Fact:
    """One of the three numbers: what it is, its value, and below it bounds or what it means.

    term: what an expert calls it.
    """

    label: str
    term: str
    value: str
    beside: str

    def plain(self) -> dict[str, str]:
        """As JSON says it."""
        return {"label": self.label, "value": self.value, "beside": self.beside}


def error(run: Run, name: str, found: Interval) -> Fact:
    """Of what is recommended; of a number in its own units, where they are known.

    Where the study asks for a score, found is that, and the error stands beside; where it has
    the target on another scale, the ratio does.
    """
    label, unit = f"{text.capital(shown.name(run))} on new data", shown.unit(run)
    beside, factor = bounds(unit, found), ratios.typical(run, name)
    beside = f"{beside} at {text.LEVEL}" if beside else found.why
    if not shown.measure(run).is_error:
        plain = measures.on_new_rows(run, name, measures.plain()).estimate
        beside += f"; {_plain_error(run)} {shown.error_unit(run).value(plain)}"
        term = f"{'less' if shown.measure(run).sign > 0 else 'more'} is better"
        return Fact(label, term, unit.head(found), beside)
    if run.regression:
        label = "Typical error (RMSE) on new data"
    in_units = f"in {units.of_target(run)}" if run.target_sd is not None else ""
    term = in_units if run.regression else "share of rows answered wrongly"
    if uneven.counts(run) is not None:
        term += "".join(f"; {_said(run, name, by)}" for by in uneven.BESIDE)
    if run.several:
        beside += f", in {units.of_target(run)}"
    if factor is not None:
        beside += (
            f"; by ratio a factor of {text.amount(factor)} (exp of the RMS of ln(said / true))"
        )
    return Fact(label, term, unit.head(found), beside)


def _said(run: Run, name: str, by: Measure) -> str:
    """`balanced error 35.4 %`."""
    value = by.unit(run).value(measures.on_new_rows(run, name, by).estimate)
    return f"{units.unit(run, by.metric).name} {value}"


def comparison(run: Run, choice: Choice) -> Fact:
    """Its error or score less that of the best model of another kind; by what that was decided."""
    other = other_kind(run, choice)
    if other is None:
        return Fact("Against others", "", text.DASH, "nothing else was confirmed")
    one, plain = recommending.compare(run, choice.name, other), measures.plain()
    by, unit, seen = one.found.by, shown.unit(run), shown.measure(run)
    errors = one.found if by.is_error else differences.difference(run, choice.name, other, plain)
    found = one.found if by == seen else errors
    range_ = bounds(unit, found.decisive, difference=True)
    answer, term = word(one), "below 0: it errs less"
    if not seen.is_error:
        apart = shown.error_unit(run).head(errors.decisive, True)
        side = "below" if seen.sign > 0 else "above"
        term = f"{side} 0: better; {_plain_error(run)} {apart}"
    elif not by.is_error:
        what = shown.quantity(run, by)
        term = f"{what} {by.unit(run).interval(one.found.decisive, difference=True)}"
        is_clear = are_errors_apart(run, one)
        if is_clear or one.word != OPEN:  # else neither decides, which is said once
            range_ += ", no clear difference" * (bool(range_) and not is_clear)
            answer = f"{answer} by {what}"
    beside = f"{range_}; {answer}" if range_ else answer
    return Fact(f"Against {called(run, other)}", term, unit.head(found.decisive, True), beside)


def other_kind(run: Run, choice: Choice) -> str | None:
    """What it is compared with: the best model that is no network, or else the best network."""
    base = differences.best_baseline(run) or run.default
    other = base if choice.kind == NETWORK else run.winner
    return None if other == choice.name else other


def _plain_error(run: Run) -> str:
    return "RMSE" if run.regression else "plain error"


def bounds(unit: units.Unit, found: Interval, difference: bool = False) -> str:
    """`1.4 to 4.0`."""
    return unit.bounds(found, difference).strip(" []").replace(", ", " to ")


# The plain word, and the term.
LIMITS = {
    gaps.HIGH_VARIANCE: ("overfitting", "variance"),
    gaps.HIGH_BIAS: ("too simple", "bias"),
    gaps.CONDITIONAL: ("noise, or too simple", "noise or bias"),
    gaps.SMALL: ("little", "neither bias nor variance"),
    gaps.UNDECIDED: ("not known yet", "bias or variance"),
}
TOO_SHORT = "training was too short"


def limit(run: Run, name: str) -> Fact:
    """What limits it, what was seen, and where that does not tell, what would."""
    found, unit = limiting.limit(run, name), shown.error_unit(run)
    plain, term = LIMITS[found.verdict]
    rows = "dev rows" if run.has_test and not recommending.is_resampled(run) else "new ones"
    new = found.train + found.variance.estimate
    is_short = name == run.winner and any(True for _ in curve_lints.still_improving(run))
    beside = f"{unit.value(found.train)} on training rows, {unit.value(new)} on {rows}"
    if not shown.measure(run).is_error:
        beside = f"{_plain_error(run)} {beside}"
    if found.least is not None:
        beside += f", {unit.value(found.least)} at best"
    if found.is_both:
        plain = "more than one thing"
    if is_short and found.verdict in (gaps.CONDITIONAL, gaps.UNDECIDED):
        plain, beside = TOO_SHORT, f"{beside}; still getting better when training ended"
    else:
        beside += _would_tell(found)
    return Fact("What limits it", term, plain, beside + _with_more_rows(run, name, unit))


def _would_tell(found: Limit) -> str:
    """What would settle what is open."""
    if found.verdict == gaps.CONDITIONAL:
        return "; the lowest error that anyone could reach would tell which"
    if found.verdict != gaps.UNDECIDED:
        return ""
    if found.is_both:
        noise = " (or the rows are noisy)" * (found.least is None)
        tells = f"{found.decide or 'more rows'} would tell which is the larger"
        return f": it is too simple{noise}, and it overfits; {tells}"
    if found.decide:
        return f"; too simple, or overfitting? {text.capital(found.decide)} would tell"
    return "; too simple, or overfitting? Too close to call"


def _with_more_rows(run: Run, name: str, unit: units.Unit) -> str:
    """`; twice the rows would take off about 0.9 points`, where the learning curve tells."""
    known = (one for one in growth.grown(run) if (one.config, one.score) == (name, "error"))
    found = next(known, None)
    if found is None or found.answer not in ("help", "little"):
        return ""
    if found.answer == "little":
        return "; twice the rows would bring little"
    gain = unit.difference(found.gain.estimate).lstrip("+")
    return f"; twice the rows would take off about {gain}"
