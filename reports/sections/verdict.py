"""The best network: which setting, how sure, is a network worth it, what remains; key numbers."""

from collections.abc import Iterator

from reports import labels, text, units
from reports.advice.in_words import setting_in_words
from reports.frames import Run
from reports.sections import answer_words
from reports.sections.blocks import Headline, KeyNumbers, Section, section
from reports.sections.numbers import numbers
from reports.stats.settings import constraints, measures, objectives
from reports.stats.settings.all_rows import all_rows
from reports.stats.settings.ensembles import ensemble
from reports.stats.settings.measures import Measure
from reports.stats.settings.rows import all_diverged


def verdict(run: Run) -> Section | None:
    """The winner and its key numbers; None where there is none."""
    if run.winner is None or all_diverged(run, run.winner):
        return None
    words = setting_in_words(run, run.winner)
    lines = (
        *((("Setting", f"{text.capital(words)}."),) if words else ()),
        *_aims(run),
        ("How good", _how_good(run)),
        ("All together", _ensemble(run)),
        *answer_words.lines(run),
    )
    head, facts = Headline(_winner(run), lines), KeyNumbers(tuple(numbers(run)))
    return section("verdict", "The best network", [head, facts])


def _winner(run: Run) -> str:
    winner = str(run.winner)
    if winner == run.default:
        also = f" ({winner})" * (winner != "defaults")
        if len(run.configs) == 1:
            return f"It is the defaults{also}: nothing else was confirmed."
        return f"It is the defaults{also}: nothing confirmed beat them on dev."
    name = labels.named(run)(winner)
    if len(run.configs) == 1:
        return f"It is {name}, which is all that was confirmed."
    goal = objectives.objectives(run)[0]
    return f"It is {name}: of all that was confirmed it has the {goal.best} {goal.name}."


def _aims(run: Run) -> Iterator[tuple[str, str]]:
    """What the study was after, where that is not the dev error or loss; and the constraints."""
    winner, goals = str(run.winner), objectives.objectives(run)
    shown = () if all(goal.is_plain for goal in goals) else goals
    found = [(goal, objectives.fresh(run, goal, winner)) for goal in shown]
    said = [f"{goal.name} {goal.unit.interval(one)}" for goal, one in found if one]
    if said:
        words = text.listing(said)
        yield (
            "The objective" if len(goals) == 1 else "The objectives",
            f"On fresh seeds and dev rows: {words}.",
        )
    for one in constraints.judged(run):
        if one.config == winner:
            value = one.constraint.unit.interval(one.value)
            yield "Constraint", f"{one.constraint.name}: {one.verdict} on fresh seeds ({value})."


def _how_good(run: Run) -> str:
    """By what was asked for, where test rows say it; beside it the error."""
    winner, by, plain = str(run.winner), measures.measure(run), measures.plain()
    lost = int((run.rows_of(winner)["status"] == "diverged").sum())
    tail = f" {lost} of its networks diverged and count with the worst value." if lost else ""
    n = len(run.rows_of(winner))
    shown = [by] * bool(by.of_rows and not by.is_error) + [plain]
    said = [_said(run, winner, one) for one in shown]
    found = measures.on_new_rows(run, winner, shown[0])
    what = f"rows left out of training, {run.folds.in_words}" if run.folds else "test rows"
    if not run.folds and not run.has_test:
        what = "dev rows, by which settings were chosen"
    scope = f"({text.LEVEL}, {text.count(n, 'network')}, {found.n} {what}; {found.covers})"
    beside = f" Beside it: {said[1]}." if len(said) > 1 else ""
    return f"{text.capital(said[0])} {scope}.{beside}{tail}"


def _said(run: Run, config: str, by: Measure) -> str:
    scale = by.unit(run)
    of_numbers = run.regression and by.of_rows in (measures.ERROR, "mean_absolute_error")
    where = f", in {units.of_target(run)}" * of_numbers
    return f"{scale.name} {scale.interval(measures.on_new_rows(run, config, by))}{where}"


def _ensemble(run: Run) -> str:
    found = ensemble(run, str(run.winner), "test")
    trainer = run.provenance.get("trainer")
    if not run.has_test:
        return "How well all networks do together is not known: there are no test rows."
    if found is None and trainer:
        return f"None was saved: the models are {trainer['call']}'s own."
    if found is None:
        return "None was saved: every network diverged."
    alive = int((run.rows_of(str(run.winner))["status"] == "ok").sum())
    scale, saved = units.unit(run, "test_error"), all_rows(run)
    how = f", not saved by {trainer['call']}" if trainer else ", as model.npz predicts"
    how = how if saved is None else " of the confirmation (others are saved: see Saved)"
    return (
        f"All {alive} networks together{how}: {scale.name} {scale.interval(found)} "
        f"({text.LEVEL}, {found.kind}, {found.n} test rows; {found.covers})."
    )
