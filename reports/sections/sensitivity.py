"""What matters and what does not: descriptive, from the search."""

import re
from collections.abc import Iterator

import numpy as np

from reports import text
from reports.figures import sensitivity as figures
from reports.frames import Run
from reports.naming import plain_name
from reports.sections.blocks import Block, Paragraphs, Plot, Section, section
from reports.sections.slices import by_arm
from reports.stats.search import tuning
from reports.stats.settings import objectives

PANELS = 12
NAMED = 4  # parameters in a sentence
SPREAD = ("random", "qmc", "grid", "brute_force")  # the samplers that learn nothing from values


def sensitivity(run: Run) -> Section:
    """Importance, and every trial against every searched parameter."""
    return section("sensitivity", "What matters", _blocks(run))


def _blocks(run: Run) -> Iterator[Block]:
    placed = f"Descriptive: these are search trials, {_placed(run)} {_arms(run)}"
    if len(run.importance):
        yield from _beyond_chance(run)
        yield Plot(figures.importance(run.importance, len(objectives.complete(run))))
        yield Paragraphs((" ".join((placed, *_unsaid(run))),), "quiet")
    else:
        yield Paragraphs(("Importance was not computed: too few completed trials.",))
        yield Paragraphs((placed,), "quiet")
    known = np.isfinite(run.trials["value"].to_numpy(float))
    names = [
        name for name in run.parameters if run.trials.loc[known, f"param.{name}"].notna().any()
    ]
    names = _by_importance(run, names)
    if not names:
        yield Paragraphs(("No trial has a value to show.",), "quiet")
        return
    shown = [(name, _continuous(run, name), tuning.is_log(run, name)) for name in names[:PANELS]]
    goal = objectives.objectives(run)[0]
    if len(run.provenance["objectives"]) > 1:
        yield Paragraphs((f"Shown is the first objective, {goal.name}.",), "quiet")
    trials = objectives.drawn([goal], run.trials)
    yield Plot(figures.scatter(trials, shown, goal.drawn, tuning.best_trial(run)))
    yield from by_arm(run, names[:PANELS], goal)
    hidden = int((~known).sum())
    notes = []
    if hidden:
        notes.append(
            f"{text.count(hidden, 'trial')} without a value "
            f"{'is' if hidden == 1 else 'are'} not shown."
        )
    if len(names) > PANELS:
        notes.append(f"The {PANELS} most important of {len(names)} settings are shown.")
    if notes:
        yield Paragraphs((" ".join(notes),), "quiet")


def _beyond_chance(run: Run) -> Iterator[Block]:
    """Which parameters matter more than shuffled values would have it; older runs cannot say."""
    names = tuning.beyond_chance(run)
    if names is None:
        return
    if not names:
        words = (
            "No setting stands out from chance: values that have nothing to do with the settings "
            "would give bars as long as these. It does not say that none matters: with more trials "
            "more can be told."
        )
        yield Paragraphs((words,))
        return
    first = list(map(plain_name, names[:NAMED]))
    more = f" and {text.count(len(names) - NAMED, 'other')}" if len(names) > NAMED else ""
    listed = text.capital(f"{', '.join(first)}{more}" if more else text.listing(first))
    verb = "matters" if len(names) == 1 else "matter"
    rest = len(set(run.importance["parameter"])) - len(names)
    others = " The others do not stand out from it." if rest else ""
    yield Paragraphs((f"{listed} {verb} more than chance gives.{others}",))


def _unsaid(run: Run) -> Iterator[str]:
    """The parameters that too few trials had for their importance to be told."""
    rest = [name for name in run.parameters if name not in set(run.importance["parameter"])]
    if rest:
        which = "those" if len(rest) > NAMED else text.listing(list(map(plain_name, rest)))
        many = f" of {text.count(len(rest), 'parameter')} of arms" * (len(rest) > NAMED)
        had = "it" if len(rest) == 1 else "them"
        yield (
            f"Nothing can be said of the importance{many or f' of {which}'}: too few complete "
            f"trials had {had}, or all the same value."
        )


# Where the first trials are from, by `search.start`. Earlier versions drew them at random, and had
# the folder of `search.from` under this name.
STARTS = {
    "random": "at random",
    "sobol": "from Sobol points",
    "portfolio": "from settings that did well on other tables and Sobol points",
}


def _placed(run: Run) -> str:
    """Whether the sampler looked for good values, or spread its trials whatever they were."""
    written = str(run.provenance["search"]["sampler"])
    if _sampler(run) in SPREAD:
        return f"which the sampler, {written}, spread over the space whatever their values."
    found = re.search(r"startup (\d+)", written)
    first = int(found[1]) if found else 0
    # A run of the first version names the run there that it learned from.
    how = STARTS.get(str(run.provenance["search"].get("start")), STARTS["random"])
    word = run.provenance["search"].get("per")  # each of whose arms has a search of its own
    counts = run.trials[f"param.{word}"].value_counts() if word in run.parameters else ()
    if first >= max(counts, default=len(run.trials)):
        return f"which the sampler, {written}, drew {how}: it had not begun to learn."
    drawn = f", after the first {first}{f' of each {plain_name(word)}' if word else ''} {how}"
    drawn *= bool(first)
    return f"which the sampler, {written}, placed where it expected good values{drawn}."


def _sampler(run: Run) -> str:
    """Its name, without its options."""
    return str(run.provenance["search"]["sampler"]).partition(" ")[0]


def _arms(run: Run) -> str:
    """Whether the arms of a choice had equal chances."""
    word = run.provenance["search"].get("per")
    unequal = "A choice with few trials may be unlucky rather than bad."
    if word is None and _sampler(run) not in SPREAD:
        return (
            f"{unequal} Which choice is best is confounded with how often it was tried; with "
            "search.per every one gets the same number of trials."
        )
    counts = run.trials[f"param.{word}"].value_counts() if word in run.parameters else None
    if counts is None or not len(counts):
        return unequal
    least, most = int(counts.min()), int(counts.max())
    each = text.count(least, "trial") if least == most else f"{least} or {most} trials"
    return (
        f"Every value of {plain_name(word)} had the same share of them ({each} each) and a search "
        "of its own, so these can be compared; a choice of anything else with few trials may be "
        "unlucky rather than bad."
    )


def _continuous(run: Run, name: str) -> bool:
    """Numbers that were chosen from a list are shown as choices."""
    return tuning.numeric(run, name) and tuning.space_of(run, name).get("kind") != "choice"


def _by_importance(run: Run, names: list[str]) -> list[str]:
    if not len(run.importance):
        return names
    first = run.importance[run.importance["evaluator"] == run.importance["evaluator"].iloc[0]]
    weight = dict(zip(first["parameter"], first["value"], strict=True))
    return sorted(names, key=lambda name: -weight.get(name, -1.0))
