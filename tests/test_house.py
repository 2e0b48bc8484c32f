"""The order of the house: who imports whom, one vocabulary, studies that can be run."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dnn
import studies
from sweeps import vocabulary
from sweeps.documents import read
from sweeps.schemas import study as schema
from sweeps.spec import check

ROOT = Path(__file__).parents[1]
HOUSE = ("dnn", "sweeps", "reports", "studies")
# Besides the standard library: ours first, then the others. sweeps shows results with reports.
ALLOWED = {
    "dnn": {"dnn", "numpy"},
    "reports": {
        *("reports", "numpy", "scipy", "pandas", "seaborn", "matplotlib", "jinja2", "PIL"),
    },
    "sweeps": {
        *("sweeps", "dnn", "reports", "numpy", "pandas", "optuna", "joblib", "pydantic"),
        *("pydantic_core", "ruamel", "rich", "typer", "scipy", "sklearn", "threadpoolctl"),
        "sqlalchemy",
    },
    "studies": {"numpy", "pandas"},
}
# What single files may import besides; nothing else of ours imports these files.
ALONE = {
    "dnn/estimators.py": {"sklearn"},
    "dnn/ensembles.py": {"threadpoolctl"},
    "sweeps/engines/dask.py": {"dask", "distributed"},
    "sweeps/engines/ray.py": {"ray"},
    "sweeps/predicting.py": {"pyarrow"},
    "sweeps/dashboard/server.py": {"optuna_dashboard"},
    "sweeps/copies.py": {"boto3", "botocore"},
    "studies/sklearn_mlp.py": {"sklearn"},
    "studies/torch_cnn.py": {"torch"},
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


def test_importing_the_packages_is_light() -> None:
    code = (
        "import sys, sweeps, sweeps.cli, reports, studies\n"
        "print(sorted({'numpy', 'pandas', 'optuna', 'matplotlib', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_vocabulary_is_dnns() -> None:
    initializers = vocabulary.INITIALIZERS.table
    assert set(initializers) == set(dnn.INITIALIZERS)
    assert set(vocabulary.OPTIMIZERS.table) == set(dnn.OPTIMIZERS)
    for name, initializer in dnn.INITIALIZERS.items():
        assert {k: s.default for k, s in initializers[name].items()} == initializer.settings
    for name, optimizer in dnn.OPTIMIZERS.items():
        table = vocabulary.OPTIMIZERS.table[name]
        assert {k: s.default for k, s in table.items()} == optimizer.settings
    for name, schedule in dnn.SCHEDULES.items():
        table = vocabulary.SCHEDULES.table[name]
        assert {k: s.default for k, s in table.items()} == schedule.settings
    assert set(vocabulary.SCHEDULES.table) == set(dnn.SCHEDULES)
    activation = vocabulary.VOCABULARY["activation"].kind
    assert set(activation.names) == set(dnn.ACTIVATIONS)  # type: ignore[attr-defined]


def test_the_readme_names_every_hyperparameter_and_its_values() -> None:
    text = (ROOT / "README.md").read_text()
    table = text.split("### Hyperparameters")[1].split("In `space`")[0]
    words = set(re.findall(r"\w+", table))
    assert words >= set(vocabulary.VOCABULARY)
    for names in (dnn.ACTIVATIONS, dnn.INITIALIZERS, dnn.OPTIMIZERS, dnn.SCHEDULES):
        assert words >= set(names)


FILES = sorted((ROOT / "studies").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_shipped_studies_are_valid(file: Path) -> None:
    spec = check(read(file))
    assert spec.description
    assert studies.path(file.stem) == file


def test_shipped_studies_fit_the_schema() -> None:
    """The schema is for editors: it must know every key that is used, and refuse a wrong one."""
    document = schema()
    for file in FILES:
        values = read(file).values
        assert set(values) <= set(document["properties"])
        trainer = values.get("trainer", {})
        more = set(trainer.get("parameters", ()))
        assert set(values["space"]) - more <= set(document["properties"]["space"]["properties"])
        assert set(values["fixed"]) - more <= set(document["properties"]["fixed"]["properties"])
    assert document["additionalProperties"] is False
    references = str(document).count("#/$defs/")
    assert references >= 7
    for name in ("DataSpec", "Split", "Search", "Confirm", "Objective", "Targets", "Median"):
        assert name in document["$defs"]


def test_the_example_csv_is_what_its_maker_makes() -> None:
    from studies.subscriptions import make

    expected = make().to_csv(index=False)
    assert (ROOT / "studies" / "subscriptions.csv").read_text() == expected


def test_an_unknown_study_lists_those_there_are() -> None:
    with pytest.raises(FileNotFoundError, match="quickstart, sklearn_mlp, tabular_full, torch_cnn"):
        studies.path("nope")


def test_nothing_speaks_of_this_machine() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout (git clone the project to run this test)")
    for name in done.stdout.splitlines():
        text = (ROOT / name).read_text(errors="replace") if (ROOT / name).is_file() else ""
        assert str(ROOT) + "/" not in text, name
