"""The first screen: what to use, why, one figure, three numbers, what to do next."""

from pathlib import Path

from reports import text, units
from reports.advice import facts, shown
from reports.advice.answer import answer
from reports.advice.in_words import called
from reports.advice.recommendation import recommendation as recommended
from reports.figures import recommended as figures
from reports.figures.figure import Figure
from reports.figures.recommended import Candidate
from reports.frames import Run
from reports.sections import asked
from reports.sections.blocks import Recommended, Section, section
from reports.stats.answer import recommending
from reports.stats.answer.recommending import CONSTANT, Choice
from reports.stats.settings import differences


def recommendation(run: Run) -> Section:
    """Of every run."""
    made, choice, answered = recommended(run), recommending.choice(run), answer(run)
    said, others = (answered.sentence, answered.others) if answered else ("", "")
    if said == made.headline:
        said = ""
    figure = None if choice is None else _figure(run, choice)
    folder = run.folder.absolute()
    shown = Path(folder.parent.name) / folder.name  # where it lies is nobody's business
    written_by, where = made.next_for(shown)
    block = Recommended(
        settings=made.settings,
        answer=said,
        others=others,
        why=made.why,
        facts=made.facts,
        steps=made.steps,
        written_by=written_by,
        where=where,
        how=made.how_for(shown),
        sure=made.sure,
        figure=figure,
        asked=None if figure is None else _asked(run),
    )
    return section("recommendation", made.headline, [block])


def _asked(run: Run) -> Figure | None:
    """Of a study that compares arms: times, if it asks for them, else how good they are."""
    if answer(run) is None:
        return None
    return asked.times(run, "asked", ("wide", "narrow")) or asked.good(run, "asked", ("wide",))


def _figure(run: Run, choice: Choice) -> Figure:
    """The recommended one, the best network, the defaults and the baselines."""
    by, unit = shown.measure(run), shown.unit(run)
    margin = recommending.margin(run, choice.name, by)
    what = f"{shown.name(run)} on new data"
    candidates = [one.times(unit.own) for one in _candidates(run, choice)]
    in_unit = f" Errors are in {units.of_target(run)}." * run.regression
    notes = f"{in_unit}{_by_what(run, choice)}{_not_shown(run, choice)}"
    width, is_higher_better = margin * unit.own, by.sign < 0
    return figures.recommended(candidates, width, unit.is_percent, what, notes, is_higher_better)


def _by_what(run: Run, choice: Choice) -> str:
    """That another quantity decides, where the figure shows errors."""
    other = facts.other_kind(run, choice)
    if other is None:
        return ""
    by = recommending.measure_of(run, choice.name, other)
    if by.is_error or by == shown.measure(run):
        return ""
    return f" Judged by {shown.quantity(run, by)}, not by these errors."


def _not_shown(run: Run, choice: Choice) -> str:
    """What is far worse, and how far: always answering the same."""
    far = [name for name in _names(run, choice) if not _is_near(run, choice, name)]
    unit = shown.unit(run)
    errs = " errs in" if shown.measure(run).is_error and not run.regression else ":"
    values = {name: unit.value(shown.value(run, name).estimate) for name in far}
    said = [f"{called(run, name)}{errs} {value}" for name, value in values.items()]
    return f" {text.capital(text.listing(said))}." * bool(said)


def _names(run: Run, choice: Choice) -> list[str]:
    known = recommending.candidates(run)
    every = dict.fromkeys([choice.name, run.winner, run.default, *differences.baselines(run)])
    return [str(name) for name in every if name in known]


def _candidates(run: Run, choice: Choice) -> list[Candidate]:
    names = (name for name in _names(run, choice) if _is_near(run, choice, name))
    return [_candidate(run, choice, name) for name in names]


def _is_near(run: Run, choice: Choice, name: str) -> bool:
    is_constant = recommending.kind_of(run, name) == CONSTANT
    return not is_constant or name in (*choice.same, *choice.open)


def _candidate(run: Run, choice: Choice, name: str) -> Candidate:
    found = shown.value(run, name)
    words = shown.unit(run).interval(found)
    is_network = name in run.configs
    trial = run.trial_of(name) if is_network else None
    return Candidate(_label(run, name), is_network, name == choice.name, found, words, trial)


def _label(run: Run, name: str) -> str:
    if name == run.default:
        return "default network"
    return f"best network ({name})" if name == run.winner else name
