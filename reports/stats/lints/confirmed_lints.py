"""What the confirmed networks give away: none or few, no better than a constant, diverged."""

from collections.abc import Iterator

from reports import labels, text
from reports.frames import Run
from reports.stats.lints.findings import NOTE, WARN, Lint
from reports.stats.sampling import scores
from reports.stats.settings import constraints, measures

FEW_CONFIRM, FEW_SEARCH = 10, 3
CONSTANTS = ("majority class", "mean")  # among the baselines


def unconfirmed(run: Run) -> Iterator[Lint]:
    """There is no confirmation."""
    if not run.configs:
        yield Lint(
            "nothing confirmed",
            WARN,
            "Nothing was confirmed on fresh seeds: the best value below was selected for being the "
            "best and is too good.",
            "Run the study again without --no-confirm.",
            "runs",
        )


def unlearned(run: Run) -> Iterator[Lint]:
    """The winner is no better than a constant, by what the study asks for where that is known."""
    if run.winner is None or (run.rows_of(run.winner)["status"] == "diverged").all():
        return
    by, named = measures.measure(run), set(run.baselines["config"]) & set(CONSTANTS)
    if by.of_rows in scores.SCORES and named:
        constant = float(measures.values(run, named.pop(), by, "dev").mean())
    else:
        by, constant = measures.plain(), float(run.provenance["constants"]["dev_error"])
    ours = float(measures.values(run, run.winner, by, "dev").mean())
    if by.sign * ours >= by.sign * constant:
        scale = by.unit(run, "dev")
        yield Lint(
            "nothing learned",
            WARN,
            f"The winner's {scale.name}, {scale.value(ours)}, is no better than a constant "
            f"predictor's, {scale.value(constant)}.",
            "Check the target column and the preprocessing, then widen the space.",
            "confirmed",
        )


def diverged_confirmed(run: Run) -> Iterator[Lint]:
    """Any confirmation network diverged."""
    lost = run.networks[run.networks["status"] == "diverged"]
    if not len(lost):
        return
    counts = lost.groupby("config", sort=False).size()
    sizes = {str(config): len(run.rows_of(str(config))) for config in counts.index}
    named = {name: labels.named(run)(name) for name in sizes} | {"defaults": "the defaults"}
    words = [f"{n} of {sizes[str(config)]} of {named[str(config)]}" for config, n in counts.items()]
    never = [n == sizes[str(config)] for config, n in counts.items()]
    why = "it depends on the seed whether it trains"
    if any(never):
        why = "it does not train" if all(never) else f"it does not train, or {why}"
    yield Lint(
        "diverged in confirmation",
        WARN,
        f"Confirmation networks diverged: {text.listing(words)}; each counts with the worst value.",
        f"Do not deploy such a setting: {why}.",
        "confirmed",
    )


def broken(run: Run) -> Iterator[Lint]:
    """The winner does not keep a constraint on its fresh seeds, or is not shown to."""
    for one in constraints.judged(run):
        if one.config != run.winner or one.verdict == constraints.KEPT:
            continue
        sure = one.verdict == constraints.BROKEN
        yield Lint(
            "constraint not kept" if sure else "constraint undecided",
            WARN if sure else NOTE,
            f"On fresh seeds the winner {'does not keep' if sure else 'is not shown to keep'} "
            f"{one.constraint.name}: {one.constraint.unit.interval(one.value)}.",
            "Take a setting further within the bound, or set the bound tighter than you need."
            if sure
            else "Confirm with more replicates, or take a setting further within the bound.",
            "constraints",
        )


def few_replicates(run: Run) -> Iterator[Lint]:
    """Too few replicates, in the search or in the confirmation."""
    searched = int(run.provenance["search"]["replicates"])
    if searched < FEW_SEARCH:
        yield Lint(
            "few replicates in search",
            NOTE,
            f"The search scored a trial by {text.count(searched, 'replicate')}: luck of the seed "
            "is selected with the setting.",
            f"Set replicates to {FEW_SEARCH} or more.",
            "optimism",
        )
    confirmed = max((len(run.rows_of(config)) for config in run.configs), default=FEW_CONFIRM)
    if confirmed < FEW_CONFIRM:
        yield Lint(
            "few replicates in confirmation",
            WARN,
            f"{text.count(confirmed, 'replicate')} of each confirmed setting: so few hardly show "
            "how much seeds matter: intervals are wide for it or missing, and of the gaps between "
            "splits, where seeds differ much, sometimes too narrow.",
            f"Set confirm.replicates to {FEW_CONFIRM} or more.",
            "confirmed",
        )
