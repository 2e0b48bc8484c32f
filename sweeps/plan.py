"""What is about to happen, in words, and how long it will take about."""

import time
from dataclasses import replace

from threadpoolctl import threadpool_limits

import dnn
from sweeps import resolved, seeds, trial
from sweeps.data import Dataset
from sweeps.faults import show
from sweeps.space import Range
from sweeps.spec import Study
from sweeps.vocabulary import plain


def lines(
    study: Study, dataset: Dataset, budget: int, jobs: int, storage: str
) -> list[tuple[str, str]]:
    """Data, splits, space, trials × replicates, engine: (name, text) of a line each."""
    facts, target = dataset.facts, dataset.target
    columns = f"{facts['rows']} rows × {facts['columns']} columns"
    if facts["features"] != facts["columns"]:
        columns += f" ({facts['features']} network inputs)"
    if target.classes:
        kind = f"{len(target.classes)} classes ({', '.join(_few(target.classes))})"
    else:
        kind = "a number (regression)"
    pruner = "median pruning" if study.search.pruner else "no pruning"
    confirm = f"best {study.confirm.top} + defaults × {study.confirm.replicates} fresh seeds"
    return [
        ("data", f"{facts['source']}: {columns}; target '{target.name}', {kind}"),
        (
            "splits",
            f"{facts['train']} train, {facts['dev']} dev, {facts['test']} test ({facts['split']})",
        ),
        *(("space" if n == 0 else "", text) for n, text in enumerate(space(study))),
        ("defaults", _defaults(study)),
        (
            "search",
            f"{budget} trials × {study.replicates} replicates × {study.epochs} epochs, "
            f"{study.search.sampler}, {pruner}, window {study.search.window}, "
            f"seed {study.search.seed}; {_objective(study)}",
        ),
        ("confirm", f"{confirm}, on the test split; baselines beside them"),
        ("engine", f"loky, {jobs} {_plural('job', jobs)}, one BLAS thread each; {storage}"),
    ]


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _few(names: tuple[str, ...], most: int = 6) -> list[str]:
    return [*names[:most], "…"] if len(names) > most else list(names)


def space(study: Study) -> list[str]:
    """What is searched, a line a parameter."""
    described = [
        f"{one['name']} {one['low']:g} … {one['high']:g}{', log' if one['log'] else ''}"
        if one["kind"] == "range"
        else f"{one['name']} {' | '.join(one['choices'])}"
        for one in resolved.describe(study)
    ]
    return described or ["nothing: one configuration"]


def _defaults(study: Study) -> str:
    if study.space.locate(study.space.default) is not None:
        return "trial 0, and confirmed"
    outside = [
        f"{d.word} {_short(study.space.default[d.word])}"
        for d in study.space.dimensions
        if _is_outside(study, d.word)
    ]
    return f"outside the space ({', '.join(outside)}): not searched, only confirmed"


def _short(value: object) -> str:
    """A canonical value in a word: an arm's name alone."""
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        return value[0]
    return show(plain(value)).strip("'")


def _is_outside(study: Study, word: str) -> bool:
    dimension = next(d for d in study.space.dimensions if d.word == word)
    try:
        dimension.locate(study.space.default)
    except KeyError:
        return True
    return False


def _objective(study: Study) -> str:
    objective = study.objective
    if objective.at == "best":
        where = "at each network's best dev epoch (selected on dev)"
        return f"{objective.direction} {objective.metric} {where}"
    return f"{objective.direction} {objective.metric} at the last epoch"


def warnings(study: Study, dataset: Dataset, jobs: int) -> list[str]:
    """What will be done otherwise than asked, or slower than need be; each said once."""
    told = []
    rows = len(dataset.parts["train"])
    largest = _largest_batch(study)
    if largest > rows:
        told.append(
            f"batch_size: {largest} is more than the {rows} training rows; "
            f"such a batch is all of them (full)"
        )
    window = study.search.window
    if jobs > window / 4 and jobs > 1:
        told.append(
            f"search.window: {window} is short for {jobs} jobs, which may have to wait for each "
            f"other; {4 * jobs} would do (another window is another study)"
        )
    return told


def _largest_batch(study: Study) -> int:
    sizes = [study.space.default["batch_size"]]
    for leaf in study.space.parameters():
        if leaf.name.rpartition(".")[2] == "batch_size":
            sizes += [leaf.high] if isinstance(leaf, Range) else list(leaf.options)
    for dimension in study.space.dimensions:
        sizes += [v for _, arm in dimension.arms for w, v in arm.replaces if w == "batch_size"]
    return max((int(size) for size in sizes if not isinstance(size, str)), default=0)


def seconds_per_trial(study: Study, dataset: Dataset) -> float:
    """About how long an unpruned trial of the defaults takes, from three of its epochs."""
    config = study.space.default
    streams = seeds.streams(study.search.seed, seeds.SEARCH, range(study.replicates))
    theta = trial.initialize(config, dataset, streams, study.dtype)
    settings = replace(trial.settings(config, dataset), epochs=3)
    parts = dataset.parts
    with threadpool_limits(1):
        epochs = dnn.fit(
            trial.network(config, dataset), theta, parts["train"], parts["dev"], streams, settings
        )
        next(epochs)
        started = time.perf_counter()
        done = sum(1 for _ in epochs)
        elapsed = time.perf_counter() - started
    return elapsed / max(done, 1) * study.epochs


def estimate(study: Study, dataset: Dataset, trials: int, confirm: bool, jobs: int) -> float:
    """Seconds that so many more trials and the confirmation will take about."""
    each = seconds_per_trial(study, dataset)
    confirmed = (study.confirm.top + 1) * study.confirm.replicates / study.replicates
    return START + each * (trials + (confirmed if confirm else 0)) / jobs


# Workers, baselines and the report take about so long, whatever is trained.
START = 8.0


def duration(seconds: float) -> str:
    """Seconds in words: "8 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
