"""What the notes say, in Markdown: of the study as it goes, of its winners, of its best trials.

What comes from outside is text in it, whatever it holds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sweeps.base.errors import printable
from sweeps.search import Finished
from sweeps.storage.attributes import gap, spread
from sweeps.study import methods
from sweeps.study.spec import Study
from sweeps.views import wording

if TYPE_CHECKING:
    from reports.frames import Run


@dataclass(frozen=True)
class Standing:
    """How far a study is: its phase in a word, trials by state, and the best of them."""

    phase: str
    counts: Mapping[str, int]
    budget: int
    best: Sequence[Finished]


PHASES = {
    "searching": "Searching",
    "confirming": "Searched; the best are being confirmed on fresh seeds",
    "stopped": "Stopped; run it again to go on",
    "done": "Done",
}
KINDS = ("loss", "error")

# CommonMark's escapable signs, but those that mean nothing within a line.
SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&:@/=^])")
LONGEST = 2000  # characters of one text


def of_study(study: Study, standing: Standing, trials_at: str) -> str:
    """The study's note while it is searched; `trials_at` is the address of its trials."""
    return "\n\n".join([*_head(study, standing), *_best(study, standing, trials_at)])


def of_result(study: Study, standing: Standing, run: "Run", trials_at: str, report: str) -> str:
    """The study's note once the report is made: the winners first."""
    blocks = [*_head(study, standing), f"**[The report]({report})** has all of it."]
    winners = of_winners(run)
    return "\n\n".join([*blocks, *(winners or _best(study, standing, trials_at))])


def of_trial(study: Study, one: Finished, rank: int, picture: str) -> str:
    """The note on one of the best trials: its scores, its curve, its whole configuration."""
    outcome = one.outcome
    final = outcome.final  # a training function of one's own may not say all of it
    rows = [
        [part, *(spread(final[k]) if (k := f"{part}_{kind}") in final else "–" for kind in KINDS)]
        for part in ("train", "dev")
    ]
    settings = _settings(study.space.configure(one.params))
    return "\n\n".join(
        [
            f"**Number {rank} of the search so far**, by {text(study.objective.metric)}.",
            table(["mean ± SD of the replicates", *KINDS], rows),
            f"![learning curve of trial {one.number}]({picture})",
            settings,
        ]
    )


def _head(study: Study, standing: Standing) -> Iterator[str]:
    yield f"# {text(study.name)}"
    if study.description:
        yield text(study.description)
    counts = standing.counts
    states = ", ".join(f"{n} {state}" for state, n in counts.items())
    search, rows = study.search, study.replicates.in_words
    how = methods.summary(search.sampler, study.pruner)
    yield (
        f"**{PHASES[standing.phase]}**: {sum(counts.values())} of {standing.budget} trials "
        f"({states}) × {study.replicates.count} replicates{rows and f' ({rows})'}; {how}, "
        f"seed {search.seed}."
    )


def _best(study: Study, standing: Standing, trials_at: str) -> Iterator[str]:
    if not standing.best:
        yield "No trial is complete yet."
        return
    metric = study.objective.metric
    rows = [
        [
            f"[trial {one.number}]({trials_at}?numbers={one.number})",
            spread(one.outcome.final[metric]),
            spread(gap(one.outcome)),
            _settings(one.params),
        ]
        for one in standing.best
    ]
    yield table(["best so far", text(metric), "dev − train error", "settings"], rows)
    yield "Mean ± SD of the replicates. The best of many is selected, and so looks too good."


def _settings(values: Mapping[str, Any]) -> str:
    return text(wording.settings(values))


def of_winners(run: "Run") -> list[str]:
    """The verdict and the table of the confirmation; nothing where there was none."""
    from reports import winners
    from reports.sections import answers

    made = winners.table(run)
    if not made.entries:
        return []
    body = []
    for n, entry in enumerate(made.entries):
        label = text(entry.label)
        scores = (column.scores[n].in_words for column in made.columns)
        body.append([f"**{label}**" if entry.wins else label, *scores])
    return [
        *(f"**{label}**: {text(sentence)}" for label, sentence in answers.lines(run)),
        table(["confirmed", *(text(column.head) for column in made.columns)], body),
        text(winners.note(made.columns)),
    ]


def text(value: object) -> str:
    """A text that shows as it stands: no markup, no link, no line break."""
    line = printable(" ".join(str(value).split()))
    short = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    return SIGNS.sub(r"\\\1", short)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; numbers, so all but the first to the right."""
    aligned = [":--", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, aligned, *rows))
