"""Why a model is recommended, in words: what it is better than, and what is not decided."""

from collections.abc import Sequence

from reports import summary, text, units
from reports.advice import shown
from reports.advice.in_words import CONSTANTS, called
from reports.frames import Run
from reports.stats.answer import arms, recommending
from reports.stats.answer.recommending import CONSTANT, NETWORK, Choice, Comparison
from reports.stats.settings import differences, measures, objectives
from reports.stats.settings.differences import OPEN, SAME
from reports.stats.settings.measures import Measure
from reports.stats.speed import pace


def why(run: Run, choice: Choice) -> str:
    """Why this one, and of which others it is not decided whether they are as good."""
    said = _of_network(run, choice) if choice.kind == NETWORK else _of_other(run, choice)
    if not recommending.keeps_constraints(run, choice.name):
        said = f"Nothing that was tried keeps the constraints. {said}"
    said = f"{said}.{_as_a_constant(run, choice)}"
    said += f" {text.capital(_open(run, choice))}." if choice.open else ""
    goals = objectives.objectives(run)
    by_first = f"This goes by {goals[0].name} alone, the first objective."
    said = f"{said} {by_first}" if len(goals) > 1 else said
    return said + _not_by_speed(run, choice)


def _not_by_speed(run: Run, choice: Choice) -> str:
    """Where the question is of speed, and the fastest arm is another than is recommended."""
    if not pace.is_asked(run) or len(arms.judged(run)) < 2:
        return ""
    fastest = pace.by_epochs(run)[0]
    if not fastest.reached or fastest.config == choice.name:
        return ""
    by = recommending.measure_of(run, choice.name, fastest.config)
    return f" This goes by {shown.quantity(run, by)}, not by speed."


def _as_a_constant(run: Run, choice: Choice) -> str:
    """That it may err as often as one who always gives the same answer, where errors are shown."""
    known = recommending.candidates(run)
    name = next((one for one in CONSTANTS if one in known), None)
    if name is None or choice.kind == CONSTANT or not shown.measure(run).is_error or run.regression:
        return ""
    found = differences.difference(run, choice.name, name, measures.plain()).decisive
    if not found.known or found.high < 0:
        return ""
    often = shown.error_unit(run).value(_estimate(run, name, measures.plain()))
    return f" It is not shown to err less than {called(run, name)} ({often})."


def _open(run: Run, choice: Choice) -> str:
    """`not decided: whether a network does as well`."""
    names = tellingly(run, choice.open)
    if choice.kind != NETWORK and all(name in run.configs for name in names):
        told = [a_network(run, choice)]
    elif len(names) > 2 and all(name in run.configs and name != run.default for name in names):
        told = [f"{len(names)} other networks"]
    else:
        most = 3 if len(names) == 3 else 2
        told = [called(run, name) for name in names[:most]]
        told += [text.count(len(names) - most, "other")] * (len(names) > most)
    verb = "do" if told[-1].endswith(("networks", "others")) else "does"
    return f"not decided: whether {text.listing(told, 'or')} {verb} as well"


def a_network(run: Run, choice: Choice) -> str:
    """What a network is called that may be as good; another one, where the best is decided on."""
    return "a network" if run.winner in choice.open else "another network"


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
        within = within_margin(run, one)
        if summary.settings(run, network).get("hidden") == []:
            return (
                "The best network has no hidden layer, so it is a linear model itself; "
                f"{name} is as good on new data{within}, and simpler"
            )
        return (
            f"The best network and {name} are as good as each other on new data{within}, and the "
            "simpler of them is enough"
        )
    if network in choice.worse:
        return _judged(run, one, "Beside the best network", "The best network does worse", True)
    return _lead(run, name, one)


def _lead(run: Run, name: str, one: Comparison) -> str:
    if recommending.leads_all(run, name):
        return f"It has {_least(run, one.found.by)} of all that was compared"
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
        of_others = f"{called(run, base)}, the best of the other models"
        return _judged(run, one, f"Against {of_others},", f"It does better than {of_others}")
    said = _lead(run, name, one)
    if run.default in choice.same and name != run.default:
        return f"{said}; the defaults are as good"
    return said + ", and does better than the defaults" * (run.default in choice.worse)


def _least(run: Run, by: Measure) -> str:
    """`the lowest error`, `the highest AUC`."""
    return f"the {'lowest' if by.sign > 0 else 'highest'} {shown.quantity(run, by)}"


def _judged(run: Run, one: Comparison, between: str, answer: str, is_second: bool = False) -> str:
    """The answer with its size; where probabilities alone decide, what errors say before it.

    is_second: whether it is the second that is recommended, whose error is then said first.
    """
    is_by_loss = one.found.by.of_rows == "loss" and not run.regression
    if not is_by_loss or are_errors_apart(run, one):
        return f"{answer}: {_size(run, one)}"
    names = (one.second, one.first) if is_second else (one.first, one.second)
    each = (_estimate(run, name, measures.plain()) for name in names)
    values = " against ".join(shown.error_unit(run).pair(*each))
    return (
        f"{between} there is no clear difference in errors ({values}), but the network's "
        f"{_in_probabilities(one)}"
    )


def _size(run: Run, one: Comparison) -> str:
    """`an error of 2.9 % against 3.1 %`, of the first and the second; what else they differ by."""
    by, errors = one.found.by, _errors(run, one)
    if by.is_error or (run.regression and by.of_rows == "loss"):
        return errors
    is_ahead = by.sign * one.found.decisive.estimate < 0
    if by == shown.measure(run):
        said = _values(run, one, shown.with_article(shown.name(run)), by, shown.unit(run))
        errors = errors.replace(" of ", " (plain) of ", 1)
    elif by.of_rows == "loss":
        said = f"its {_in_probabilities(one)}"
    else:
        size = by.unit(run).difference(abs(one.found.decisive.estimate)).lstrip("+")
        said = f"by {size} in {shown.quantity(run, by)}"
    errs_less = _estimate(run, one.first, measures.plain()) < _estimate(
        run, one.second, measures.plain()
    )
    return f"{said}, {'and' if errs_less == is_ahead else 'though'} it has {errors}"


def _in_probabilities(one: Comparison) -> str:
    nearer = "closer to" if one.found.decisive.estimate < 0 else "further from"
    return f"probabilities are {nearer} the truth"


def are_errors_apart(run: Run, one: Comparison) -> bool:
    """Whether their plain errors, too, surely differ."""
    found = differences.difference(run, one.first, one.second, measures.plain()).decisive
    return found.known and found.low * found.high > 0


def _errors(run: Run, one: Comparison) -> str:
    what = "a typical error" if run.regression else "an error"
    return _values(run, one, what, measures.plain(), shown.error_unit(run))


def _values(run: Run, one: Comparison, what: str, by: Measure, unit: units.Unit) -> str:
    first, second = unit.pair(*(_estimate(run, name, by) for name in (one.first, one.second)))
    return f"{what} of {first} against {second}"


def _estimate(run: Run, name: str, by: Measure) -> float:
    return measures.on_new_rows(run, name, by).estimate


def within_margin(run: Run, one: Comparison) -> str:
    """` (within half a point)`; of a loss, which says nothing to most, that it is too little."""
    unit = one.found.by.unit(run)
    is_plain = bool(unit.points) or one.found.by.is_error
    return f" (within {margin_in_words(run, one)})" if is_plain else ""


def margin_in_words(run: Run, one: Comparison) -> str:
    """Below what a difference is none: `half a point`, `0.03 in loss`."""
    unit = one.found.by.unit(run)
    if unit.points and abs(one.margin - 0.005) < 1e-12:
        return "half a point"
    said = unit.difference(one.margin).lstrip("+")
    return said if unit.points else f"{said} in {shown.quantity(run, one.found.by)}"


def word(one: Comparison) -> str:
    """The answer, which is one of four."""
    return {SAME: "the same", OPEN: "not decided"}.get(one.word, one.word)
