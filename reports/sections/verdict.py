"""The answer first: which setting, how sure, is a network worth it, what remains; key numbers."""

from __future__ import annotations

from collections.abc import Iterator

from reports import labels, text
from reports.frames import Run
from reports.sections.blocks import Headline, Number, Numbers, Section, Text, section
from reports.stats import convergence, intervals, limits, objectives, tuning
from reports.stats import ledger as ledgers
from reports.stats.intervals import Interval
from reports.stats.rows import (
    DIVERGED,
    all_diverged,
    difference_on_new_rows,
    ensemble,
    new_rows,
)  # fmt: skip


def verdict(run: Run) -> Section:
    """The verdict and its key numbers; of the search alone where nothing was confirmed."""
    if run.winner is None:
        return section("verdict", "Verdict", [_unconfirmed(run)])
    if all_diverged(run, run.winner):
        sentence = "Every confirmation network of the best setting diverged: there is no winner."
        advice = "Lower the learning rates on offer, and read the findings below."
        return section("verdict", "Verdict", [Headline(sentence, (("Next", advice),))])
    words = labels.in_words(run, run.winner)
    lines = (
        *((("Setting", f"{words}."),) if words else ()),
        *_aims(run),
        ("How good", _how_good(run)),
        ("The saved ensemble", _ensemble(run)),
        ("Against the defaults", _against_defaults(run)),
        ("Against the best baseline", _against_baseline(run)),
        ("What remains", _what_remains(run)),
    )
    return section(
        "verdict", "Verdict", [Headline(_winner(run), lines), Numbers(tuple(_numbers(run)))]
    )


def best_baseline(run: Run) -> str | None:
    """The baseline with the lowest dev error: chosen on dev, so that test stays untouched."""
    rows = run.baselines
    return str(rows.loc[rows["dev_error"].idxmin(), "config"]) if len(rows) else None


def versus(run: Run, base: str) -> Interval:
    """Winner less base in test error, paired by seed, on the same rows."""
    ours, theirs = (
        run.rows_of(name)["test_error"].to_numpy(float) for name in (str(run.winner), base)
    )
    if len(ours) != len(theirs):
        return intervals.none(float(ours.mean() - theirs.mean()), len(ours), "unequal replicates")
    if any(all_diverged(run, name) for name in (str(run.winner), base)):
        return intervals.none(float(ours.mean() - theirs.mean()), len(ours), DIVERGED)
    scale, least = text.unit(run, "test_error"), 0.0
    if not run.regression:
        least = intervals.one_row(len(ours), len(run.predictions.target("test")))
    return intervals.paired_t(ours, theirs, least).within(*scale.apart)


def _unconfirmed(run: Run) -> Headline | Text:
    trial = tuning.best_trial(run)
    if trial is None:
        return Headline(
            "No trial was completed, so there is nothing to recommend.",
            (("Next", "Read the causes in the findings, and run the same command again."),),
        )
    row = run.trials[run.trials["trial"] == trial].iloc[0]
    settings = tuning.settings_of(run, trial)
    words = ", ".join(f"{name} {text.value(value)}" for name, value in settings.items())
    goal = objectives.objectives(run)[0]
    value = f"{goal.name} {goal.unit.value(float(row['value']))}"
    kept = "" if row["feasible"] else " It breaks a constraint: no trial keeps them all."
    return Headline(
        f"A search alone: trial {trial} looks best, and nothing was confirmed.",
        (
            ("Setting", words or "no searched parameters"),
            ("At selection", f"{text.capital(value)}, the best of "
             f"{text.count(len(run.trials), 'trial')} and so too good; there is no interval."
             f"{kept}"),
            ("Next", "Run the study without --no-confirm: fresh seeds, test rows, baselines."),
        ),
    )  # fmt: skip


def _winner(run: Run) -> str:
    winner = str(run.winner)
    name, label = text.capital(winner), labels.labels(run)[winner]
    if winner == run.default:
        also = f" ({winner})" * (winner != "defaults")
        if len(run.configs) == 1:
            return f"Keep the defaults{also}: nothing else was confirmed."
        return f"Keep the defaults{also}: nothing confirmed beat them on dev."
    head = f"{name} ({label})" if label else name
    return f"{head} wins on dev." if len(run.configs) > 1 else f"{head} is all that was confirmed."


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
    for one in limits.held(run):
        if one.config == winner:
            value = one.limit.unit.interval(one.value)
            yield "Constraint", f"{one.limit.name}: {one.verdict} on fresh seeds ({value})."


def _how_good(run: Run) -> str:
    scale = text.unit(run, "test_error")
    found = new_rows(run, str(run.winner), "test")
    lost = int((run.rows_of(str(run.winner))["status"] == "diverged").sum())
    tail = f" {lost} of its networks diverged and count with the worst value." if lost else ""
    n = len(run.rows_of(str(run.winner)))
    scope = f"({text.LEVEL}, {text.count(n, 'network')}, {found.n} test rows; {found.covers})"
    sds = " SDs of the training target" if run.regression else ""
    own = _in_its_own_units(run, found)
    return f"{text.capital(scale.name)} {scale.interval(found)}{sds} {scope}.{own}{tail}"


def _in_its_own_units(run: Run, rmse: Interval) -> str:
    """Of an RMSE in SDs: what that is in euros, or whatever the target is counted in."""
    if run.target_sd is None:
        return ""
    own = text.Unit("", run.target_sd, digits=lambda x, _: text.amount(x))
    return f" One SD is {text.amount(run.target_sd)}, so it errs by about {own.interval(rmse)}."


def _ensemble(run: Run) -> str:
    found = ensemble(run, str(run.winner), "test")
    trainer = run.provenance.get("trainer")
    if found is None and trainer:
        return f"None was saved: the models are {trainer['call']}'s own."
    if found is None:
        return "None was saved: every network diverged."
    alive = int((run.rows_of(str(run.winner))["status"] == "ok").sum())
    scale = text.unit(run, "test_error")
    how = f", not saved by {trainer['call']}" if trainer else ", as model.npz predicts"
    return (
        f"All {alive} networks together{how}: {scale.interval(found)} "
        f"({text.LEVEL}, {found.kind}, {found.n} test rows; {found.covers})."
    )


def _against_defaults(run: Run) -> str:
    if run.default is None:
        return "The defaults were not confirmed, so there is nothing to compare with."
    if run.default == run.winner:
        return "The winner is the defaults."
    scale, found = text.unit(run, "test_error"), versus(run, run.default)
    if found.why == DIVERGED:
        n = len(run.rows_of(run.default))
        return f"All {n} networks of the defaults diverged: there is no error to compare with."
    if not found.known:
        head = f"{scale.head(found, difference=True)} of {scale.name}"
        return f"{head}, without an interval ({found.why})."
    better = "better than" if found.high < 0 else "worse than" if found.low > 0 else ""
    judged = better.capitalize() if better else "Not told apart from"
    rows = difference_on_new_rows(run, str(run.winner), run.default, "test")
    also = "" if rows.excludes_zero or not better else (
        f" On new rows it might be otherwise: {scale.interval(rows, difference=True)}."
    )  # fmt: skip
    return (
        f"{judged} the defaults on these test rows: {scale.interval(found, difference=True)}"
        f"{' SD' * run.regression} ({text.LEVEL}, {found.kind}, n = {found.n}).{also}"
    )


def _against_baseline(run: Run) -> str:
    base = best_baseline(run)
    if base is None:
        return "No baseline was trained."
    scale = text.unit(run, "test_error")
    found = difference_on_new_rows(run, str(run.winner), base, "test")
    if found.high < 0:
        judged = "A network is worth it"
    elif found.low > 0:
        judged = "A network is not worth it"
    else:
        judged = "A network is not shown to be worth it"
    plain = float(run.rows_of(base)["test_error"].mean())
    return (
        f"{judged}: {scale.interval(found, difference=True)} of {scale.name} against {base} "
        f"({scale.value(plain)}; {text.LEVEL}, {found.kind}), the best baseline on dev."
    )


def _what_remains(run: Run) -> str:
    found = ledgers.ledgers(run)[0]
    scale = text.unit(run, "dev_error")
    bias, variance = found.gap(ledgers.BIAS), found.gap(ledgers.VARIANCE)
    sizes = (
        f"avoidable bias {scale.interval(bias.interval, difference=True)}, variance "
        f"{scale.interval(variance.interval, difference=True)}"
    )
    decide = f" {found.decide}" if found.decide else ""
    words = "Undecided between bias and variance" if found.decide else found.verdict.capitalize()
    # Where no error at all is the aim, whatever remains looks like bias.
    aim = " The study gives no reference: the best is taken to make no error." * found.assumed
    return f"{words}: {sizes}.{decide}{aim}"


def _numbers(run: Run) -> Iterator[Number]:
    winner = str(run.winner)
    goal = objectives.objectives(run)[0]
    aimed = None if goal.is_plain else objectives.fresh(run, goal, winner)
    if aimed is not None:
        yield Number(
            f"{goal.name} of the winner", goal.unit.head(aimed),
            goal.unit.bounds(aimed).strip(), f"fresh seeds, dev rows; {aimed.kind}",
        )  # fmt: skip
    sds = "in SDs; " if run.regression else ""
    for split in ("test", "dev")[: 2 if aimed is None else 1]:
        scale, found = text.unit(run, f"{split}_error"), new_rows(run, winner, split)
        yield Number(
            f"{scale.name} of the winner", scale.head(found),
            scale.bounds(found).strip(), f"{sds}{found.kind}, {found.n} rows",
        )  # fmt: skip
    scale, gap = text.unit(run, "dev_error"), ledgers.ledgers(run)[0].gap(ledgers.VARIANCE)
    yield Number(
        "gap, dev less train", scale.head(gap.interval, difference=True),
        scale.bounds(gap.interval, difference=True).strip(), gap.interval.kind,
    )  # fmt: skip
    if run.default not in (None, winner) and not all_diverged(run, str(run.default)):
        scale, found = text.unit(run, "test_error"), versus(run, str(run.default))
        yield Number(
            f"{scale.name} against the defaults", scale.head(found, difference=True),
            scale.bounds(found, difference=True).strip(), f"{found.kind}, n = {found.n}",
        )  # fmt: skip
    aim = convergence.target(run)
    if aim is not None:
        row = convergence.speed(run, aim).set_index("config").loc[winner]
        found, reached, n = row["restricted"], int(row["reached"]), int(row["n"])
        bounds = f"[{text.cost(found.low)}, {text.cost(found.high)}]" if found.known else ""
        yield Number(
            "epochs to the target" + ", misses at the horizon" * (0 < reached < n),
            text.time(found, reached), bounds,
            f"{reached} of {n} networks reached it"
            + f"; {found.why or found.kind}" * bool(reached),
        )  # fmt: skip
