"""What the notes say, in Markdown: of the study as it goes, of its winners, of its best trials."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sweeps.dashboard.markdown import table, text
from sweeps.search import Finished
from sweeps.storage.attributes import gap, spread
from sweeps.study import methods
from sweeps.study.hyperparameters.vocabulary import plain
from sweeps.study.spec import Study

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
    search = study.search
    how = methods.summary(search.sampler, study.pruner)
    yield (
        f"**{PHASES[standing.phase]}**: {sum(counts.values())} of {standing.budget} trials "
        f"({states}) × {study.replicates} replicates; {how}, "
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
    return ", ".join(f"{text(name)} {text(_short(plain(v)))}" for name, v in values.items()) or "–"


def _short(value: Any) -> str:
    if isinstance(value, dict):  # one name with its settings
        ((name, inner),) = value.items()
        inside = ", ".join(f"{key} {_short(v)}" for key, v in inner.items())
        return f"{name} ({inside})" if inside else str(name)
    if isinstance(value, list):
        return f"[{', '.join(map(_short, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def of_winners(run: "Run") -> list[str]:
    """The verdict and the table of the confirmation; nothing where there was none."""
    from reports import summary
    from reports.sections import answers
    from reports.stats.intervals import Interval
    from reports.text import unit

    rows = summary.table(run)
    if rows.empty:
        return []

    def score(row: Any, name: str, split: str) -> str:
        value, low, high = (float(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
        of = Interval(value, low, high, int(row["n"]), kind="", covers="")
        return unit(run, f"{split}_error").interval(of, difference=name == "gap")

    goals = summary.beyond_the_error(run)
    body = []
    for _, row in rows.iterrows():
        label = text(row["config"])
        is_winner = row["kind"] == "network" and row["rank"] == 1
        body.append(
            [
                f"**winner: {label}**" if is_winner else label,
                *(summary.objective_in_words(row, name, goal) for name, goal in goals),
                score(row, "dev_error", "dev"),
                score(row, "test_error", "test"),
                score(row, "gap", "dev"),
                _time(row),
            ]
        )  # fmt: skip
    named = [text(goal.name) for _, goal in goals]
    head = ["confirmed", *named, "dev error", "test error", "dev − train", "epochs to target"]
    aim = text(summary.target_in_words(run))
    on_dev = [text(goal.name) for name, goal in goals if name != "test_objective"]
    what = (
        f"{', '.join(on_dev)}: over the same seeds [95 % interval for new seeds, on these rows]. "
    )
    seeds = what if on_dev else ""
    return [
        *(f"**{label}**: {text(sentence)}" for label, sentence in answers.lines(run)),
        table(head, body),
        f"{seeds}Errors: means of fresh seeds [95 % interval for new rows and seeds]. Epochs: "
        "their mean, misses counted with the horizon "
        f"(share of the networks that reached it), target {aim}; the report has its interval.",
    ]


def _time(row: Any) -> str:
    """Epochs to the target, and the share that got there; the horizon alone where none did."""
    from reports.text import cost, more

    if row["reach"] != row["reach"]:
        return "–"
    written = (cost if row["reach"] else more)(row["epochs_to_target"])
    return f"{written} ({row['reach']:.0%})"
