"""The Dashboard's notes, in Markdown: on the study's progress, its winners, its best trials.

Names and values that come from outside are escaped, so that they show as plain text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sweeps.base.errors import printable
from sweeps.search import Finished
from sweeps.storage.attributes import generalization_gap, mean_and_sd
from sweeps.study import search_section
from sweeps.study.spec import Study
from sweeps.views import wording

if TYPE_CHECKING:
    from reports.frames import Run


@dataclass(frozen=True)
class StudyProgress:
    """How far a study is: its phase (a key of PHASES), the number of trials by state, the best.

    is_in_sds: whether errors are, as everything that Optuna is told of numbers.
    """

    phase: str
    counts: Mapping[str, int]
    budget: int
    best: Sequence[Finished]
    is_in_sds: bool = False


PHASES = {
    "searching": "Searching",
    "confirming": "Searched; the best are being confirmed on fresh seeds",
    "stopped": "Stopped; run it again to go on",
    "done": "Done",
}
KINDS = ("loss", "error")

# The characters that CommonMark can escape, without those that have no effect within a line.
SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&:@/=^])")
LONGEST = 2000  # characters of one text


def of_study(study: Study, progress: StudyProgress, trials_at: str) -> str:
    """The study's note during the search; trials_at: the address of the page of its trials."""
    return "\n\n".join([*_head(study, progress), *_best(study, progress, trials_at)])


def of_result(
    study: Study, progress: StudyProgress, run: "Run", trials_at: str, report: str
) -> str:
    """The study's note once the report is made, with the winners."""
    blocks = [*_head(study, progress), f"**[The report]({report})** has all of it."]
    blocks += of_recommendation(run)
    winners = of_winners(run)
    return "\n\n".join([*blocks, *(winners or _best(study, progress, trials_at))])


def of_trial(study: Study, one: Finished, rank: int, picture: str) -> str:
    """The note on one of the best trials: its scores, its curve, its whole configuration."""
    outcome = one.outcome
    final = outcome.final  # a user's training function may not report all scores

    def score(name: str) -> str:
        return mean_and_sd(final[name]) if name in final else "–"

    rows = [[part, *(score(f"{part}_{kind}") for kind in KINDS)] for part in ("train", "dev")]
    settings = _settings(study.space.configure(one.params))
    return "\n\n".join(
        [
            f"**Number {rank} of the search so far**, by {text(study.objective.metric)}.",
            table(["mean ± SD of the replicates", *KINDS], rows),
            f"![learning curve of trial {one.number}]({picture})",
            settings,
        ]
    )


def _head(study: Study, progress: StudyProgress) -> Iterator[str]:
    yield f"# {text(study.name)}"
    if study.description:
        yield text(study.description)
    counts = progress.counts
    states = ", ".join(f"{n} {state}" for state, n in counts.items())
    search, rows = study.search, study.replicates.in_words
    how = search_section.summary(search.sampler, study.pruner)
    yield (
        f"**{PHASES[progress.phase]}**: {sum(counts.values())} of {progress.budget} trials "
        f"({states}) × {study.replicates.count} replicates{rows and f' ({rows})'}; {how}, "
        f"seed {search.seed}."
    )


def _best(study: Study, progress: StudyProgress, trials_at: str) -> Iterator[str]:
    if not progress.best:
        yield "No trial is complete yet."
        return
    metric = study.objective.metric
    rows = [
        [
            f"[trial {one.number}]({trials_at}?numbers={one.number})",
            mean_and_sd(one.outcome.final[metric]),
            mean_and_sd(generalization_gap(one.outcome)),
            _settings(one.params),
        ]
        for one in progress.best
    ]
    yield table(["best so far", text(metric), "dev − train error", "settings"], rows)
    yield "Mean ± SD of the replicates. The best of many is selected, and so looks too good."
    if progress.is_in_sds:
        yield "Here errors are in SDs of the target, as in all plots of trials."


def _settings(values: Mapping[str, Any]) -> str:
    return text(wording.settings(values))


def of_recommendation(run: "Run") -> Iterator[str]:
    """What to use and what to do next, with the lines of the study file."""
    from reports.advice.recommendation import recommendation

    made = recommendation(run)
    yield f"## {text(made.headline)}"
    if made.beside_headline:
        yield text(made.beside_headline)
    yield text(" ".join(filter(None, [made.why, made.settings and f"Settings: {made.settings}."])))
    yield "\n".join(
        f"- {text(fact.label)}: **{text(fact.value)}**, {text(fact.beside)}" for fact in made.facts
    )
    said = " ".join(filter(None, made.next_for(run.folder)))
    for n, step in enumerate(made.steps, 1):
        place = f" ({text(said)})" * (n == 1 and bool(said))
        yield f"**Next, {n}**{place}: {text(step.do)}"
        yield code(step.lines)


def of_winners(run: "Run") -> list[str]:
    """The verdict and the table of the confirmation; nothing where there was none."""
    from reports import winners
    from reports.sections import answer_words

    made = winners.table(run)
    if not made.entries:
        return []
    body = []
    for n, entry in enumerate(made.entries):
        label = text(entry.label)
        scores = (column.scores[n].in_words for column in made.columns)
        body.append([f"**{label}**" if entry.wins else label, *scores])
    return [
        *(f"**{label}**: {text(sentence)}" for label, sentence in answer_words.lines(run)),
        table(["confirmed", *(text(column.head) for column in made.columns)], body),
        text(winners.note(made.columns)),
    ]


def text(value: object) -> str:
    """A value as Markdown that shows it literally: no markup, no link, no line break."""
    line = printable(" ".join(str(value).split()))
    short = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    return SIGNS.sub(r"\\\1", short)


def code(lines: str) -> str:
    """Lines to copy, which no sign in them ends."""
    shown = [f"    {printable(line)}" for line in lines.splitlines()]
    return "\n".join(shown)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells in Markdown; columns of numbers, all but the first, are aligned right."""
    aligned = [":--", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, aligned, *rows))
