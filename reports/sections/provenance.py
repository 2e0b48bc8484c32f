"""Where the numbers come from, and the command that makes them again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports import text
from reports.frames import Run
from reports.sections.blocks import (
    Block,
    Cell,
    Code,
    Column,
    Links,
    Pairs,
    Row,
    Section,
    Table,
    section,
)
from reports.stats.sampling import weighing
from reports.stats.settings import constraints, objectives


def provenance(run: Run) -> Section:
    """Everything of provenance.json, the study file, and the files beside the page."""
    return section("provenance", "Provenance", _blocks(run))


def _blocks(run: Run) -> Iterator[Block]:
    found = run.provenance
    yield Code("The command that reproduces it", str(found["command"]), open=True)
    yield Pairs("Data", tuple(_data(run)))
    if columns := found["data"].get("column_table"):
        # Of a study that Python gives, and no file, no command shows them.
        is_file = not str(found["command"]).startswith(("sweeps.run(table", "sweeps.run(study"))
        yield _columns(columns, sum(found["data"]["column_kinds"].values()), is_file)
    yield Pairs("Study", tuple(_study(run)))
    yield Pairs("Machine", tuple(_machine(run)))
    yield Pairs("Search space", tuple((str(e["name"]), _range(e)) for e in found["space"]))
    yield Pairs("Fixed", tuple((str(k), text.value(v)) for k, v in flat(found["fixed"])))
    yield Code("study.yaml, as resolved", run.study_yaml)
    yield Links("Files beside this page", run.links)


def _columns(columns: Sequence[Mapping[str, Any]], total: int, is_file: bool) -> Table:
    """What each column was read as; of a wide table the first."""
    labels = (*(Column(name) for name in ("column", "kind")), Column("missing", numeric=True))
    labels += (Column("distinct", numeric=True), Column("example"))
    labels += (Column("inputs", numeric=True), Column("how it enters"), Column("remark"))
    rest = total - len(columns)
    return Table(
        "columns",
        "Columns of the data, as they were read",
        labels,
        tuple(Row(tuple(_column_cells(column))) for column in columns),
        note=f"and {text.count(rest, 'more column')}{': sweeps check --all shows them' * is_file}"
        if rest
        else "",
    )


def _column_cells(column: Mapping[str, Any]) -> Iterator[Cell]:
    for name in ("name", "kind", "missing", "distinct", "example", "inputs", "enters", "remark"):
        yield Cell(str(column[name]))


def flat(settings: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested settings by dotted path, in their own order."""
    for name, value in settings.items():
        if isinstance(value, dict) and value:
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _data(run: Run) -> Iterator[tuple[str, str]]:
    data = run.provenance["data"]
    yield "source", str(data["source"])
    yield "SHA-256", str(data["sha256"])
    yield (
        "rows",
        (
            f"{data['rows']}: {data['train']} train, {data['dev']} dev, {data['test']} test "
            f"({data['split']})"
        ),
    )
    yield "columns", f"{data['columns']} raw, {data['features']} network inputs"
    if read := data.get("read"):
        yield "read", "; ".join(map(str, read))
    if words := weighing.in_words(run):
        yield "weights", words
    if left_out := data.get("left_out"):
        columns = [f"{name}: {why}" for name, why in left_out.items()]
        yield "left out", "; ".join(columns)
    for part, one in data.get("files", {}).items():
        yield f"{part} file", f"{one['source']}, SHA-256 {one['sha256']}"
    if data["test"]:
        chance = ", no more than by chance" if data.get("met_by_chance") else ""
        yield "duplicates", f"{data['duplicates']} test rows also occur in train{chance}"
    classes = [str(name) for name in run.provenance["classes"] or []]
    yield "task", run.task + (f": {', '.join(classes[:30])}" if classes else "")


AT = {
    "last": "at the last epoch",
    "best": "at each network's best dev epoch",
    "shared": "at the best dev epoch of a trial's networks together",
}


def _study(run: Run) -> Iterator[tuple[str, str]]:
    found = run.provenance
    goals = [f"{one.direction} {one.name}" for one in objectives.objectives(run)]
    yield "name", str(found["name"])
    yield "objective", f"{text.listing(goals)} {AT[found['objective']['at']]}"
    kept = [constraint.name for constraint in constraints.constraints(run)]
    if kept:
        yield "constraints", text.listing(kept)
    in_sds = ", in SDs of the target" * run.regression  # as the study has them
    targets, reference = text.settings(found["targets"] or {}), found["reference"]
    yield "targets", f"{targets}{in_sds}" if targets else "none given"
    known = (
        "not given, so 0 is assumed" if reference is None else f"{text.value(reference)}{in_sds}"
    )
    yield "reference error", known
    yield "search", text.settings(found["search"])
    yield "confirmation", _confirmation(found["confirm"] or {})
    counts = found["counts"]
    yield "trials", ", ".join(f"{value} {name}" for name, value in counts.items())
    yield "ended by", text.ended_by(run) or "the number of trials"
    yield "study hash", str(found["study_hash"])
    yield "commit", str(found["commit"]) or "not known"


def _machine(run: Run) -> Iterator[tuple[str, str]]:
    found = run.provenance
    machine = found["machine"]
    yield (
        "machine",
        f"{machine['cpu']}, {text.count(int(machine['cores']), 'core')}, {machine['system']}",
    )
    yield "threads", f"{found['threads']}; {text.count(int(found['jobs']), 'job')}"
    yield "versions", ", ".join(f"{name} {value}" for name, value in found["versions"].items())
    spent = [f"{name} {text.seconds(float(v or 0))}" for name, v in found["seconds"].items()]
    yield "spent", ", ".join(spent)
    yield "started", str(found["started"])
    yield "finished", str(found["finished"])


def _range(entry: dict[str, Any]) -> str:
    if entry["kind"] == "choice":
        return "one of " + ", ".join(map(text.value, entry["choices"]))
    tail = ", log scale" if entry.get("log") else ""
    return f"{text.value(entry['low'])} to {text.value(entry['high'])}{tail}"


def _confirmation(found: Mapping[str, Any]) -> str:
    said = {name: value for name, value in found.items() if name != "looks"}
    looked = f"; looked {text.count(len(found['looks']), 'time')}" if "looks" in found else ""
    return f"{text.settings(said) or 'none'}{looked}"
