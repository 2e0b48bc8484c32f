"""Why a model is recommended, how good it is and what limits it: the words of a recommendation."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports import text
from reports.advice.in_words import called
from reports.frames import Run
from reports.stats import differences, gaps, limiting, measures, objectives, ratios, recommending
from reports.stats.differences import OPEN, SAME
from reports.stats.intervals import Interval
from reports.stats.measures import Measure
from reports.stats.recommending import CONSTANT, NETWORK, Choice, Comparison


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


def why(run: Run, choice: Choice) -> str:
    """Why this one, and of which others it is not decided whether they are as good."""
    said = _of_network(run, choice) if choice.kind == NETWORK else _of_other(run, choice)
    if not recommending.keeps_constraints(run, choice.name):
        said = f"Nothing that was tried keeps the constraints. {said}"
    said = f"{said}; {_open(run, choice)}." if choice.open else f"{said}."
    goals = objectives.objectives(run)
    by_first = f"This goes by {goals[0].name} alone, the first objective."
    return f"{said} {by_first}" if len(goals) > 1 else said


def _open(run: Run, choice: Choice) -> str:
    """`it is not decided whether a network is as good`."""
    names = tellingly(run, choice.open)
    if choice.kind != NETWORK and all(name in run.configs for name in names):
        return f"it is not decided whether {a_network(run, choice)} is as good"
    if len(names) > 2 and all(name in run.configs and name != run.default for name in names):
        return f"it is not decided whether {len(names)} other networks are as good"
    most = 3 if len(names) == 3 else 2
    shown = [called(run, name) for name in names[:most]]
    shown += [text.count(len(names) - most, "other")] * (len(names) > most)
    verb = "is" if len(names) == 1 else "are"
    return f"it is not decided whether {text.listing(shown, 'or')} {verb} as good"


def a_network(run: Run, choice: Choice) -> str:
    """What a network is called that may be as good; another one, where the best is known not to."""
    return "another network" if run.winner in choice.worse else "a network"


def tellingly(run: Run, names: Sequence[str]) -> list[str]:
    """What one asks about first: simple models, boosting, the defaults; each the simplest first."""
    kinds = {
        name: (recommending.kind_of(run, name) == NETWORK, name != run.default) for name in names
    }
    return sorted(names, key=kinds.__getitem__)


def _of_other(run: Run, choice: Choice) -> str:
    """Of a model that is no network."""
    name, network = choice.name, str(run.winner)
    if choice.kind == CONSTANT and len(choice.same) > 1:
        return "No model that was trained does better than always giving the same answer"
    one = recommending.compare(run, network, name)
    if network in choice.same:
        return (
            f"No network is better by {margin_in_words(run, one)} or more: the best one and {name} "
            "are as good as each other on new data, and the simpler of them is enough"
        )
    if network in choice.worse:
        return f"The best network does worse, by {_size(run, one)}"
    return _lead(run, name, one)


def _lead(run: Run, name: str, one: Comparison) -> str:
    if recommending.leads_all(run, name):
        return f"It has {_least(run, one.found.by)} of all that was tried"
    return "It was ahead where the choice was made, and no other model is shown to be better"


def _of_network(run: Run, choice: Choice) -> str:
    base, name = differences.best_baseline(run), choice.name
    if choice.best != name:
        return f"It is as good as {called(run, choice.best)}, the best one, and is simpler"
    if base is None:
        return "It is the best of what was confirmed; nothing simpler was tried"
    one = recommending.compare(run, name, base)
    if base in choice.same:
        return f"It is as good as {called(run, base)}, and is the smaller model"
    if base in choice.worse:
        by = f"the best of the others, by {_size(run, one)}"
        return f"It does better than {called(run, base)}, {by}"
    said = _lead(run, name, one)
    if run.default in choice.same and name != run.default:
        return f"{said}; the defaults are as good"
    return said + ", and does better than the defaults" * (run.default in choice.worse)


def _least(run: Run, by: Measure) -> str:
    """`the lowest error`, `the highest AUC`."""
    return f"the {'lowest' if by.sign > 0 else 'highest'} {quantity(run, by)}"


def quantity(run: Run, by: Measure) -> str:
    """What is compared, without the split that it is measured on."""
    name = by.unit(run).name
    return name.partition(" ")[2] if by.of_rows else name


def _size(run: Run, one: Comparison) -> str:
    unit = one.found.by.unit(run)
    said = unit.difference(abs(one.found.decisive.estimate)).lstrip("+")
    return said if unit.points else f"{said} in {quantity(run, one.found.by)}"


def margin_in_words(run: Run, one: Comparison) -> str:
    """Below what a difference is none: `half a point`, `0.03 in loss`."""
    unit = one.found.by.unit(run)
    if unit.points and abs(one.margin - 0.005) < 1e-12:
        return "half a point"
    said = unit.difference(one.margin).lstrip("+")
    return said if unit.points else f"{said} in {quantity(run, one.found.by)}"


def error(run: Run, name: str, found: Interval) -> Fact:
    """Of what is recommended; of a number in its own units, where they are known.

    Where the study has it on another scale, its ratio stands beside.
    """
    label = "Typical error on new data" if run.regression else "Error on new data"
    unit = error_unit(run)
    term = "RMSE" if run.regression else "the share of rows that are answered wrongly"
    beside, factor = bounds(unit, found) or found.why, ratios.typical(run, name)
    if run.several:
        beside += f", in {text.sds(run)}"
    if factor is not None:
        beside += (
            f"; by ratio a factor of {text.amount(factor)} (exp of the RMS of ln(said / true))"
        )
    return Fact(label, term, unit.head(found), beside)


def error_unit(run: Run) -> text.Unit:
    """Of the plain error; an RMSE in the target's own units, where they are known."""
    if run.regression and run.target_sd is not None:
        return text.Unit("", run.target_sd, digits=lambda x, _: text.amount(x))
    return measures.plain().unit(run)


def comparison(run: Run, choice: Choice) -> Fact:
    """The best network less a model that is none; a network less the best that is none."""
    base = differences.best_baseline(run) or run.default
    pair = (choice.name, base) if choice.kind == NETWORK else (run.winner, choice.name)
    first, second = str(pair[0]), str(pair[1])
    if pair[1] is None or first == second:
        return Fact("Against others", "", text.DASH, "nothing else was confirmed")
    one = recommending.compare(run, first, second)
    by, found = one.found.by, one.found.decisive
    what = "" if by.is_error else f", in {quantity(run, by)}"
    of_network = f"Against {called(run, second)}"
    label = of_network if choice.kind == NETWORK else "Best network against it"
    unit = by.unit(run)
    beside = f"{bounds(unit, found, difference=True)}: {word(one)}".removeprefix(": ")
    term = f"the difference; {'below' if by.sign > 0 else 'above'} 0 is better"
    return Fact(label + what, term, unit.head(found, difference=True), beside)


def word(one: Comparison) -> str:
    """The answer, which is one of four."""
    return {SAME: "the same", OPEN: "not decided"}.get(one.word, one.word)


def bounds(unit: text.Unit, found: Interval, difference: bool = False) -> str:
    """`1.4 to 4.0`."""
    return unit.bounds(found, difference).strip(" []").replace(", ", " to ")


# The plain word, the term, and what was seen, with the train error and the gap in it.
LIMITS = {
    gaps.HIGH_VARIANCE: ("overfitting", "variance", "{gap} from training rows to {new}"),
    gaps.HIGH_BIAS: ("too simple", "bias", "{train} on its own training rows"),
    gaps.CONDITIONAL: ("noise, or too simple", "noise or bias", "{train} on its training rows"),
    gaps.SMALL: ("little", "neither bias nor variance", "{train} on training rows, {gap} on {new}"),
    gaps.UNDECIDED: (
        "not decided",
        "too simple (bias) or overfitting (variance)",
        "{train} on training rows, {gap} on {new}",
    ),
}


def limit(run: Run, name: str) -> Fact:
    """What limits it."""
    found, unit = limiting.limit(run, name), error_unit(run)
    plain, term, seen = LIMITS[found.verdict]
    gap = unit.difference(found.variance.estimate)
    new = "dev rows" if run.has_test and not recommending.is_resampled(run) else "new ones"
    beside = seen.format(train=unit.value(found.train), gap=gap, new=new)
    return Fact("What limits it", term, plain, beside)


def sure(run: Run, choice: Choice, found: Interval) -> str:
    """How sure it is: what the interval covers, of how many networks and rows."""
    networks = len(run.rows_of(choice.name))
    rows = text.count(found.n, "row") if found.known else "few rows"
    judged = f"{rows} that it was not trained on"
    if choice.kind == NETWORK:
        judged = f"{text.count(networks, 'network')}, judged on {rows} they were not trained on"
    covers = found.covers.replace("this one trained network", "this one trained model")
    said = f"{text.LEVEL} intervals, for {covers}; {judged}"
    if not run.has_test:
        by = "" if run.folds else ", and settings were chosen by these"
        return f"{said}. There are no test rows, which would have chosen nothing{by}."
    if not recommending.is_resampled(run):
        return f"{said}."
    on_test = measures.on_new_rows(run, choice.name, measures.plain(), "test")
    value = error_unit(run).value(on_test.estimate)
    is_within = found.known and found.low <= on_test.estimate <= found.high
    within = ", within the bounds" * is_within
    rows = text.count(on_test.n, "test row")
    return f"{said}. On {rows}, which no choice has seen, the error is {value}{within}."
