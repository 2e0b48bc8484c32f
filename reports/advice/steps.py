"""What to do next, by rule, with the lines to put into the study file. Add one: write it, name it.

A rule is a function (run, choice) -> steps, the first of which matter most.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from itertools import islice

from reports import text, units
from reports.advice.in_words import called
from reports.advice.reasons import a_network, tellingly
from reports.advice.space_steps import (
    against_likely_limit,
    against_limit,
    rate_not_searched,
    reference,
    wider_ranges,
)
from reports.advice.step import Step
from reports.frames import Run
from reports.stats.answer import recommending
from reports.stats.answer.recommending import NETWORK, Choice, Comparison
from reports.stats.learned import classes
from reports.stats.lints import curve_lints
from reports.stats.sampling import looks
from reports.stats.search import tuning
from reports.stats.settings import needed, rows

SHOWN = 3
RESAMPLED_BELOW = 10_000  # rows, from which on one split decides as well
AFFORDABLE = 5  # times the networks that there are
MOST_NETWORKS = 1000  # that a setting may have
ENOUGH = 10  # networks of a setting
LATE = 0.75  # of the search: what was found then may not be the end
LONG = 20  # trials, of which the beginning alone may be telling
EARLY = 0.25  # of it: what was found by then, the rest did not better
RARER = 1.5  # times as many rows has the commonest class, for weights of classes to matter


def steps(run: Run, choice: Choice) -> tuple[Step, ...]:
    """The first three that the rules have, in the order of the table below."""
    found = (step for rule in RULES for step in rule(run, choice))
    return tuple(islice(found, SHOWN))


def open_question(run: Run, choice: Choice) -> Iterator[Step]:
    """What would decide whether the simplest of those that are open is as good."""
    names = recommending.decisive(run, choice)
    if not names:
        return
    asked = tellingly(run, names)[0]
    other = _other(run, choice, asked)
    one = recommending.compare(run, choice.best, asked)
    count = max(int(run.provenance["search"]["replicates"]), 5)
    if _may_be_folded(run):
        yield Step(
            f"{text.count(one.found.decisive.n, 'row')} cannot decide whether {other} does as "
            "well. Cross-validation uses more of them:",
            f"replicates: {{count: {count}, resample: kfold}}",
        )
        return
    if _may_networks_tell(run, one):
        key = "most" if (run.provenance["confirm"] or {}).get("until") else "replicates"
        wanted = max(_networks_now(run) * int(networks_needed(one)), 2 * ENOUGH)
        yield Step(
            f"Whether {other} does as well is not decided. More networks of each setting would "
            f"tell ({_networks_now(run)} now):",
            f"confirm: {{{key}: {wanted}}}",
        )


def _other(run: Run, choice: Choice, asked: str) -> str:
    is_any = choice.kind != NETWORK and asked in run.configs
    return a_network(run, choice) if is_any else called(run, asked)


def more_rows(run: Run, choice: Choice) -> Iterator[Step]:
    """What networks cannot decide; after what can be done at once."""
    names = recommending.decisive(run, choice)
    if not names or _may_be_folded(run):
        return
    asked = tellingly(run, names)[0]
    one = recommending.compare(run, choice.best, asked)
    if not _may_networks_tell(run, one):
        yield Step(
            f"Only {_more(run, one)} can tell whether {_other(run, choice, asked)} does as well:",
            "data: {source: more_rows.csv}  # yours",
            yours="your own file, of all rows that you have",
        )


def _may_be_folded(run: Run) -> bool:
    """Whether folds would use more rows: where they are few and no column divides them."""
    data = run.provenance["data"]
    divided = data.get("not_resampled") or re.search(r"split: \{[^{}]*\bcolumn:", run.study_yaml)
    return not (recommending.is_resampled(run) or divided or data["rows"] >= RESAMPLED_BELOW)


def _may_networks_tell(run: Run, one: Comparison) -> bool:
    """Whether so many networks would decide it as one can have."""
    times = networks_needed(one) if _may_networks_decide(run) else math.inf
    return times <= AFFORDABLE and _networks_now(run) * times <= MOST_NETWORKS


def _networks_now(run: Run) -> int:
    confirm = run.provenance["confirm"] or {}
    return int(confirm.get("replicates") or max(len(run.rows_of(name)) for name in run.configs))


def _may_networks_decide(run: Run) -> bool:
    """What the last look said, where the confirmation went on until it was decided."""
    seen = looks.of(run)
    return not seen or any(one["is_open"] for one in seen[-1]["questions"])


def networks_needed(one: Comparison) -> float:
    """How many times the networks would decide it: whole, and 2 at least, or where unknown."""
    times = needed.times_networks(one.found, one.margin)
    if math.isnan(times):
        return 2
    return max(2, math.ceil(times)) if math.isfinite(times) else times


def _more(run: Run, one: Comparison) -> str:
    """`more rows (about 1 600 in all, 455 now, …)`; of groups, how many of these."""
    is_grouped = rows.rows_of_split(run, run.judged).unit == "groups"
    what = "rows of more groups" if is_grouped else "more rows"
    times, now = needed.times(one.found, one.margin), rows.units_of_split(run, run.judged)
    if not 1 < times <= 100:
        return what
    many, have = text.number(float(f"{times * now:.2g}")), text.number(now)
    return f"{what} (about {many} in all, {have} now, without the test rows)"


def kept_together(run: Run, choice: Choice) -> Iterator[Step]:
    """Rows of one customer, say, which were told of before the run, and which the study divides."""
    if (name := run.provenance["data"].get("may_group")) is not None:
        yield Step(
            f"Rows of one '{name}' are on both sides of the split, which may make errors too low. "
            "If they belong together, keep them so:",
            f"data:\n  group: {json.dumps(str(name), ensure_ascii=False)}",
        )


def by_time(run: Run, choice: Choice) -> Iterator[Step]:
    """Dates, by which the study does not divide; rows that belong together it cannot, too."""
    data = run.provenance["data"]
    dates = data.get("dated") or []
    if dates and not (data.get("group") or data.get("may_group")):
        name = json.dumps(str(dates[0]), ensure_ascii=False)
        yield Step(
            f"'{dates[0]}' holds dates. If later rows are to be predicted, test on the latest:",
            f"data:\n  split: {{time: {name}}}",
        )


def few_networks(run: Run, choice: Choice) -> Iterator[Step]:
    """So few networks hardly show how much they differ."""
    is_said = any(step.lines.startswith("confirm:") for step in open_question(run, choice))
    few = bool(run.configs) and max(len(run.rows_of(name)) for name in run.configs) < ENOUGH
    if few and not is_said:
        yield Step(
            "So few networks of a setting hardly show how much luck there is. Train more:",
            "confirm: {replicates: 20}",
        )


def no_baseline(run: Run, choice: Choice) -> Iterator[Step]:
    """Nothing simpler was tried."""
    if not len(run.baselines):
        yield Step(
            "Nothing simpler than a network was tried. Compare with simple models:",
            "confirm: {baselines: [constant, linear, boosting]}",
        )


def longer(run: Run, choice: Choice) -> Iterator[Step]:
    """The best network was still learning at its last epoch."""
    epochs = int(run.provenance["search"]["epochs"])
    if any(True for _ in curve_lints.still_improving(run)):
        yield Step(
            f"After {text.number(epochs)} epochs the best network was still getting better. Train "
            "longer:",
            f"fixed: {{epochs: {2 * epochs}}}",
        )


def missed_class(run: Run, choice: Choice) -> Iterator[Step]:
    """Rows of a rarer class are surely missed more often than those of another."""
    found = sorted(classes.classes(run), key=lambda one: one.error.estimate)
    if len(found) < 2 or run.metric == "balanced_error" or run.provenance.get("trainer"):
        return
    best, worst = found[0], found[-1]
    is_rarer = worst.rows * RARER <= max(one.rows for one in found)
    if is_rarer and best.error.high < worst.error.low:
        unit = units.unit(run, "test_error")
        most, least = (unit.value(one.error.estimate) for one in (worst, best))
        yield Step(
            f"The best network misses '{worst.name}' {most} of the time, '{best.name}' {least}. "
            "If the classes count alike, say so:",
            "objective: balanced_error\nspace:\n  class_weights: [none, balanced]",
        )


def late_find(run: Run, choice: Choice) -> Iterator[Step]:
    """The network that is recommended came in the last quarter of the search."""
    if choice.kind != NETWORK:
        return
    trial, asked = tuning.best_trial(run), int(run.provenance["counts"]["asked"])
    if not _is_grid(run) and trial is not None and trial >= LATE * asked:
        yield Step(
            f"The best setting was found late, after {trial} of {asked} trials. Search longer:",
            f"search: {{trials: {2 * asked}}}",
        )


def _is_grid(run: Run) -> bool:
    """Whether the search was through a grid, in which more trials find nothing new."""
    return str(run.provenance["search"]["sampler"]).split()[0] == "grid"


def whole_procedure(run: Run, choice: Choice) -> Iterator[Step]:
    """What search and confirmation together give on new rows; on one split, another one."""
    is_fold = re.search(r"split: \{.*\bouter:", run.study_yaml) is not None
    if run.nested is not None or is_fold or run.provenance["search"].get("from"):
        return
    if recommending.is_resampled(run):
        yield Step(
            "See what search and confirmation together give on new rows; it takes up to five "
            "times as long:",
            "confirm: {nested: 5}",
        )
        return
    drawn, divided = (_with_another_seed(run, key) for key in ("options", "split"))
    if "test_rows" in drawn:  # made rows, of which no split takes any for test
        yield Step("See whether it holds for rows that are drawn anew:", f"data:\n  {drawn}")
    elif divided and "column" not in divided:
        yield Step("See whether it holds when the rows are divided anew:", f"data:\n  {divided}")


def _with_another_seed(run: Run, key: str) -> str:
    """That line of the study's data, with the next seed in it; "" where it has none."""
    found = re.search(rf"\b{key}: \{{[^{{}}]*\bseed: (\d{{1,10}})[^{{}}]*\}}", run.study_yaml)
    if found is None:
        return ""
    start, end = (place - found.start() for place in found.span(1))
    return f"{found[0][:start]}{int(found[1]) + 1}{found[0][end:]}"


def more_trials(run: Run, choice: Choice) -> Iterator[Step]:
    """A longer search, unless most of this one found nothing better."""
    asked, first = int(run.provenance["counts"]["asked"]), tuning.first_of_search(run)
    early = first is not None and asked >= LONG and first < EARLY * asked
    is_said = any(True for _ in late_find(run, choice))
    if run.parameters and not (_is_grid(run) or early or is_said):
        yield Step(
            f"A longer search may find a better network ({text.count(asked, 'trial')} now):",
            f"search: {{trials: {2 * asked}}}",
        )


def another_search(run: Run, choice: Choice) -> Iterator[Step]:
    """Whether another search comes to the same."""
    seed = int(run.provenance["search"].get("seed", 0))
    yield Step(
        "See whether a search with other random numbers finds the same:",
        f"search: {{seed: {seed + 1}}}",
    )


RULES: tuple[Callable[[Run, Choice], Iterator[Step]], ...] = (
    against_limit,
    kept_together,
    open_question,
    few_networks,
    no_baseline,
    longer,
    wider_ranges,
    against_likely_limit,
    more_rows,
    reference,
    by_time,
    missed_class,
    late_find,
    rate_not_searched,
    more_trials,
    whole_procedure,
    another_search,
)
