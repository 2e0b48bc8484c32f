"""The order of the house: who imports whom, one vocabulary, studies that can be run."""

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import dnn
import studies
from sweeps.base.provenance import DISTRIBUTION
from sweeps.study import metrics, pruner_options, sampler_options
from sweeps.study.budgets_section import Budgets
from sweeps.study.confirm_section import BASELINES
from sweeps.study.file import parsing
from sweeps.study.file.documents import parse, read
from sweeps.study.hyperparameters import named_options, vocabulary
from tests.pages import PAGES, REFERENCE

ROOT = Path(__file__).parents[1]
HOUSE = ("dnn", "sweeps", "reports", "studies")
# Besides the standard library: ours first, then the others. sweeps shows results with reports.
ALLOWED = {
    "dnn": {"dnn", "numpy"},
    "reports": {
        *(
            "reports",
            "numpy",
            "scipy",
            "pandas",
            "seaborn",
            "matplotlib",
            "jinja2",
            "markupsafe",
        ),
    },
    "sweeps": {
        *("sweeps", "dnn", "reports", "numpy", "pandas", "optuna", "joblib", "pydantic"),
        *("pydantic_core", "ruamel", "rich", "typer", "scipy", "sklearn", "threadpoolctl"),
        *("sqlalchemy", "studies"),
    },
    "studies": {"numpy", "pandas"},
}
# What single files may import besides; nothing else of ours imports these files.
ALONE = {
    "dnn/estimators.py": {"sklearn"},
    "dnn/population_estimator.py": {"sklearn"},
    "dnn/ensembles.py": {"threadpoolctl"},
    "sweeps/engines/dask.py": {"dask", "distributed"},
    "sweeps/engines/ray.py": {"ray"},
    "sweeps/data/given/given_tables.py": {"pyarrow"},
    "sweeps/data/source/openml.py": {"pyarrow"},
    "sweeps/data/given/plain_frames.py": {"pyarrow"},
    "sweeps/data/readers/arrow_tables.py": {"pyarrow"},
    "sweeps/data/readers/excel.py": {"openpyxl"},
    "sweeps/data/readers/feather.py": {"pyarrow"},
    "sweeps/data/readers/hdf5.py": {"h5py"},
    "sweeps/data/readers/images.py": {"PIL"},
    "sweeps/data/readers/parquet.py": {"pyarrow"},
    "sweeps/dashboard/server.py": {"optuna_dashboard"},
    "sweeps/running/s3_mirror.py": {"boto3", "botocore"},
    "sweeps/views/notebook.py": {"IPython"},
    "sweeps/results/delimited.py": {"pyarrow"},
    "reports/files.py": {"pyarrow"},
    "studies/gradient_check.py": {"dnn"},
    "studies/images.py": {"h5py"},
    "studies/sklearn_mlp.py": {"sklearn"},
    "studies/softmax_torch.py": {"dnn", "h5py", "torch"},
    "studies/torch_cnn.py": {"torch"},
}


# Rooms in order: each imports, at its top, none that stands behind it.
ROOMS = {
    "sweeps": (
        *("base", "engines", "study", "data", "training", "storage", "search", "phases"),
        *("results", "views", "dashboard", "running", "commands"),
    ),
    "sweeps.base": (
        *(
            "redaction",
            "synonyms",
            "errors",
            "files",
            "durations",
            "interrupts",
            "terminal",
            "streams",
            "browser",
        ),
        *("passwords", "storage_address", "s3_address", "consent", "provenance", "checkout"),
    ),
    "sweeps.study": (
        *("section_base", "compatibility", "data_section", "replicates_section"),
        *("hyperparameters", "space", "scoring", "metrics"),
        *("metric_constraints", "objectives", "sampler_options", "pruner_options"),
        *("search_section", "budgets_section", "fold_design", "confirm_section"),
        *("final_section", "targets_section", "engine_section", "trainers"),
        *("trainer_code", "spec"),
        *("racing_rules", "patience_rules", "unusual_values", "random_configs"),
        *("search_consistency", "data_consistency", "consistency", "file"),
    ),
    "sweeps.data": (
        *("cell", "generators", "source", "readers", "given", "column"),
        *("arrays", "divided", "remarks", "datasets"),
    ),
    "sweeps.data.source": (
        *("read_options", "frames", "room", "source_names", "unpacking", "encodings", "lines"),
        *("cell_places", "source_table", "file_kinds", "bundled", "openml", "synthetic"),
        *("data_files", "sources"),
    ),
    "reports.stats": (
        *("sampling", "settings", "search", "answer", "speed", "bias_variance", "learned"),
        "lints",
    ),
    "sweeps.study.hyperparameters": ("kinds", "list_kinds", "named_options", "vocabulary"),
    "sweeps.study.space": (
        *(
            "leaves",
            "dimensions",
            "beside",
            "conditional",
            "hyperparameter_constraints",
            "space",
            "walks",
        ),
        "nearest",
    ),
    "sweeps.study.file": (
        *("documents", "overrides", "depths", "ranges", "entries", "space_section", "enqueue"),
        *("pydantic_errors", "parsing", "json_schema"),
    ),
}


def imports(file: Path) -> list[tuple[str, bool]]:
    """(top-level module, whether it is imported inside a function)."""
    tree = ast.parse(file.read_text())
    found = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        is_lazy = node not in tree.body
        found += [(name.partition(".")[0], is_lazy) for name in names]
    return [(name, lazy) for name, lazy in found if name not in sys.stdlib_module_names]


@pytest.mark.parametrize("package", HOUSE)
def test_import_directions(package: str) -> None:
    for file in (ROOT / package).rglob("*.py"):
        allowed = ALLOWED[package] | ALONE.get(str(file.relative_to(ROOT)), set())
        for name, lazy in imports(file):
            assert name in allowed, f"{file.relative_to(ROOT)} imports {name}"
            if package == "sweeps" and name == "reports":
                assert lazy, f"{file.relative_to(ROOT)} imports reports at its top"


def at_the_top(file: Path) -> Iterator[ast.stmt]:
    """The statements of a module, and those under a condition of its own: `if TYPE_CHECKING`."""
    for node in ast.parse(file.read_text()).body:
        yield node
        if isinstance(node, ast.If):
            yield from node.body


def inner_imports(package: str, module: str) -> set[str]:
    """The modules of a package, or packages in it, that one of them imports at its top.

    For its types alone, too: what only a type checker follows is a circle to readers all the same.
    """
    path = ROOT.joinpath(*package.split("."), module)
    found = set()
    for file in path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]:
        for node in at_the_top(file):
            names = [alias.name for alias in getattr(node, "names", ())]
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{name}" for name in names]
            elif not isinstance(node, ast.Import):
                continue
            inside = [n.removeprefix(f"{package}.") for n in names if n.startswith(f"{package}.")]
            found |= {name.partition(".")[0] for name in inside}
    return found - {module}


@pytest.mark.parametrize("package", ROOMS)
def test_the_order_of_the_rooms(package: str) -> None:
    rooms = ROOMS[package]
    here = {path.stem for path in ROOT.joinpath(*package.split(".")).glob("[!_]*")}
    assert here - set(rooms) <= {"cli", "run", "py"}, "a room of no place in the order"
    for number, room in enumerate(rooms):
        assert inner_imports(package, room) <= set(rooms[:number]), room


PRIVATE = ROOT / "sweeps" / "storage" / "optuna_private.py"
PRIVATE_PATH = re.compile(r"\boptuna(?:\.\w+)*\._\w+")  # optuna.storages._rdb.storage


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def private_names(tree: ast.Module) -> set[str]:
    """The names with an underscore that a file asks other objects for, as attributes or texts."""
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | {
        text for text in texts if isinstance(text, str) and text.isidentifier()
    }


def uses_of_optunas(names: set[str], file: Path) -> list[str]:
    """Where a file speaks of Optuna's private names, or imports such a module of it.

    On `self` a name is the file's own if the file gives it a value: Board has a `_storage`.
    """
    text = file.read_text()
    tree, found = ast.parse(text), PRIVATE_PATH.findall(text)
    nodes = [*ast.walk(tree)]
    attributes = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in names]
    on_self = [n for n in attributes if isinstance(n.value, ast.Name) and n.value.id == "self"]
    own = {node.attr for node in on_self if isinstance(node.ctx, ast.Store)}
    found += [n.attr for n in attributes if n not in on_self or n.attr not in own]
    found += [n.value for n in nodes if isinstance(n, ast.Constant) and n.value in names]
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("optuna"):
            found += [alias.name for alias in node.names if is_private(alias.name)]
            found += [part for part in str(node.module).split(".") if is_private(part)]
    return found


def test_optunas_private_names_stand_in_one_file() -> None:
    names = {name for name in private_names(ast.parse(PRIVATE.read_text())) if is_private(name)}
    assert names >= {"_storage", "_study_id", "_trial_id", "_backend"}
    assert uses_of_optunas(names, PRIVATE), "nothing would be found anywhere"
    for file in (ROOT / "sweeps").rglob("*.py"):
        if file != PRIVATE:
            assert not uses_of_optunas(names, file), file.relative_to(ROOT)


def test_importing_the_packages_is_light() -> None:
    code = (
        "import sys, sweeps, sweeps.cli, reports, studies\n"
        "print(sorted({'numpy', 'pandas', 'optuna', 'matplotlib', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_losses_settings_are_dnns() -> None:
    for name in set(named_options.LOSSES.table) - {"auto"}:
        table = named_options.LOSSES.table[name]
        settings = inspect.signature(dnn.LOSSES[name]).parameters
        assert {k: s.default for k, s in table.items()} == {
            k: s.default for k, s in settings.items()
        }


def test_the_reference_names_every_hyperparameter_and_its_values() -> None:
    text = REFERENCE.read_text()
    table = text.split("### Hyperparameters")[1].split("In `space`")[0]
    words = set(re.findall(r"\w+", table))
    assert words >= set(vocabulary.VOCABULARY)
    for names in (dnn.ACTIVATIONS, dnn.INITIALIZERS, dnn.OPTIMIZERS, dnn.SCHEDULES):
        assert words >= set(names)


def test_the_reference_names_every_sampler_pruner_metric_and_budget() -> None:
    text = REFERENCE.read_text()
    tables = {
        "#### Samplers": sampler_options.SAMPLER_OPTIONS,
        "#### Pruners": pruner_options.PRUNER_OPTIONS,
        "#### Objectives and constraints": metrics.METRICS,
        "#### Budgets": Budgets.model_fields,
    }
    for heading, table in tables.items():
        section = text.split(f"{heading}\n")[1].split("\n#")[0]
        named = set(re.findall(r"`(\w+)`", section))
        assert named >= set(table), heading
        for model in table.values():
            options = set(getattr(model, "model_fields", ())) - {"name"}
            assert set(re.findall(r"\w+", section)) >= options, heading


def test_the_reference_names_every_baseline() -> None:
    (row,) = re.findall(r"^\| `confirm\.baselines` \|.*", REFERENCE.read_text(), re.M)
    assert set(re.findall(r"\w+", row)) >= set(BASELINES)


def fragments() -> list[str]:
    """The pages' pieces of study files: whole blocks, and lines like `budgets: {time: 2h}`."""
    text = "\n".join(page.read_text() for page in PAGES)
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.S)
    lines = re.findall(r"`((?:objective|constraints|search|budgets): [\[{].*?[\]}])`", text)
    return [*blocks, *lines]


@pytest.mark.parametrize("fragment", fragments(), ids=lambda f: f.splitlines()[0][:40])
def test_the_pages_fragments_are_valid(fragment: str) -> None:
    rest = {
        "name": "name: a\n",
        "data": "data: {source: 'sklearn:iris'}\n",
        "space": "space: {learning_rate: [0.1, 1]}\n",
    }
    missing = [text for key, text in rest.items() if not re.search(f"^{key}:", fragment, re.M)]
    assert parsing.study(parse(fragment + "\n" + "".join(missing), "a page")).name


FILES = sorted((ROOT / "studies").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_shipped_studies_are_valid(file: Path) -> None:
    spec = parsing.study(read(file))
    assert spec.description
    assert studies.path(file.stem) == file


def test_the_example_csv_is_what_its_maker_makes() -> None:
    from studies.subscriptions import make

    expected = make().to_csv(index=False)
    assert (ROOT / "studies" / "subscriptions.csv").read_text() == expected


def test_an_unknown_study_lists_those_there_are() -> None:
    with pytest.raises(FileNotFoundError, match="quickstart, regularization, sklearn_mlp, soft"):
        studies.path("nope")


def test_no_message_tells_to_install_another_package_of_our_name() -> None:
    """`sweeps` on the public registry is somebody else's; ours is `dnn-sweeps`."""
    files = [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        ROOT / "Makefile",
        *(file for package in HOUSE for file in (ROOT / package).rglob("*.py")),
    ]
    bare = re.compile(r"pip install (-\S+ )*['\"]?sweeps\b")
    assert not [str(file) for file in files if bare.search(file.read_text())]
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"] == DISTRIBUTION


def test_nothing_speaks_of_this_machine() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout (git clone the project to run this test)")
    for name in done.stdout.splitlines():
        text = (ROOT / name).read_text(errors="replace") if (ROOT / name).is_file() else ""
        assert str(ROOT) + "/" not in text, name
