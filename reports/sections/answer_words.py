"""The verdict in sentences: against the defaults and the best baseline, and what remains."""

import math
from collections.abc import Iterator

from reports import text, units
from reports.frames import Run
from reports.sections import procedure
from reports.sections.answers import Answer, of_baseline, of_defaults
from reports.stats.bias_variance import gaps, growth
from reports.stats.bias_variance import ledger as ledgers
from reports.stats.bias_variance.ledger import Ledger
from reports.stats.sampling import intervals, looks
from reports.stats.settings import measures, needed
from reports.stats.settings.all_rows import all_rows
from reports.stats.settings.differences import BETTER, OPEN, SAME, WORSE
from reports.stats.settings.rows import DIVERGED, all_diverged

JUST_WIDER = 1.005  # times as wide, which is not said
MOST = 100  # times the rows that anyone would gather to decide a question
WORTH = {
    BETTER: "A network is worth it",
    WORSE: "A network is not worth it",
    SAME: "A network does no better",
    OPEN: "Whether a network is worth it is not decided",
}


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
    scale = units.unit(run, "dev_error")
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
    said = units.unit(run, f"{run.judged}_error").interval(error)
    rows = "rows left out of training" if run.folds else f"the {run.judged} rows"
    return f"The best of all that was tried, {who}, errs {said} on {rows}: {beyond}."


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
    each = [f"{said}{_test_in_words(run, one)}", _in_plain_error(run, one)]
    each.append("" if looks.of(run) else _would_decide(one))
    return ". ".join(filter(None, each))


def _in_plain_error(run: Run, one: Answer) -> str:
    """A sentence of its own, for its unit is another."""
    if one.error is None:
        return ""
    error = units.unit(run, f"{run.judged}_error")
    name = error.name.removeprefix(f"{run.judged} ")
    return f"In plain {name}: {error.interval(one.error, difference=True)}"


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
    of_numbers = one.found.by.of_rows in (measures.ERROR, "mean_absolute_error")
    is_own = one.found.by.unit(run).of_target
    return " SD" if run.regression and of_numbers and not is_own else ""


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
    if times <= 1:  # a lopsided interval tells no number
        return ""
    rows = "test rows" if one.found.split == "test" else "rows"
    what = "networks" if one.found.on_new_rows is None else f"{rows} and networks"
    many = text.number(math.ceil(10 * times) / 10, 2)
    return f"If the estimate holds, about {many} times the {what} would decide it"
