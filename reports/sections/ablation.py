"""From the defaults to the winner: which of the changed settings is predicted to have mattered."""

from collections.abc import Iterator

from reports import labels, text
from reports.figures import ablation as figures
from reports.figures.scales import robust
from reports.frames import Run
from reports.sections.blocks import Block, Paragraphs, Plot
from reports.stats.search import ablation as stats
from reports.stats.search.ablation import Path
from reports.stats.search.encoded import TRUSTED
from reports.stats.settings import objectives


def ablation(run: Run) -> Iterator[Block]:
    """Nothing where there are no defaults, no winner, or too few complete trials."""
    if run.default is None or run.default == run.winner:
        return
    goal = objectives.objectives(run)[0]
    values = objectives.complete(run)["value"].to_numpy(float)
    if not len(values):
        return
    scale = robust(values, goal.sign)
    start = labels.searched(run, run.default)
    found = stats.path(run, start, scale.low, scale.high, scale.log)
    if found is None:
        return
    if found.foretold < TRUSTED:
        words = (
            "Which change from the defaults to the winner mattered cannot be told: a surrogate of "
            f"the {found.trials} complete trials foretells left-out ones hardly better than their "
            "mean does. More trials would tell."
        )
        yield Paragraphs((words,), "quiet")
        return
    yield Paragraphs((_sentence(found),))
    yield Plot(figures.ablation(found.times(goal.unit.own), goal.drawn, scale.log))


def _sentence(found: Path) -> str:
    """Which changes are predicted to be better, or worse, and which are not decided."""
    by_answer = {
        answer: [step.words for step in found.steps if step.answer == answer]
        for answer in ("better", "worse", "not decided")
    }
    said = [f"{answer}: {text.listing(words)}" for answer, words in by_answer.items() if words]
    return f"From the defaults to the winner, as predicted, {'; '.join(said)}."
