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
    yield Paragraphs((_method(found),), "quiet")


def _method(found: Path) -> str:
    """What was fitted, what the words mean, how well it foretells."""
    share = f"{100 * found.foretold:.0f}{text.SPACE}%"
    return (
        "Predicted by a surrogate (a Gaussian process). Bars: intervals for the mean of such a "
        "trial, as far as the surrogate is right; better, worse: the interval of the change itself "
        f"leaves out no change. The surrogate foretells {share} of what trials differ by that are "
        "left out one at a time. A setting beyond the searched range counts as the end of the "
        "range; in another order a change may bring something else."
    )


def _sentence(found: Path) -> str:
    """Which changes are predicted to be better, or worse, and of how many it is not decided."""
    by_answer = {
        answer: [step.words for step in found.steps if step.answer == answer]
        for answer in ("better", "worse", "not decided")
    }
    said = [
        f"{text.listing(words)} {'is' if len(words) == 1 else 'are'} predicted to be {answer}"
        for answer, words in by_answer.items()
        if words and answer != "not decided"
    ]
    many, total = len(by_answer["not decided"]), len(found.steps)
    lead = "On the way from the defaults to the winner, "
    if not said:
        if total == 1:
            return f"{lead}whether {found.steps[0].words} made it better is not decided."
        return f"{lead}no single change stands out: of all {total} it is not decided."
    rest = f"; of the other {text.count(many, 'change')} it is not decided" if many else ""
    return f"{lead}{'; '.join(said)}{rest}."
