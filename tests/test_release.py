"""The doors of the project: one version everywhere, forms and workflows that can be read."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sweeps.base.provenance import versions
from tests.pages import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text())


def test_the_version_is_the_same_everywhere() -> None:
    """pyproject.toml's, CITATION.cff's and the newest heading's with a date."""
    newest = re.findall(r"^## (\S+) - (\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.M)[0]
    cited = read(ROOT / "CITATION.cff")
    assert newest == (cited["version"], str(cited["date-released"]))
    assert date.fromisoformat(newest[1])
    assert PROJECT["version"] == newest[0]
    assert versions()[PROJECT["name"]] == newest[0], "make .venv/installed"


def test_the_changelog_has_room_for_what_is_next() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert headings[0] == "Unreleased"
    dates = [heading.split(" - ")[1] for heading in headings[1:]]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_issue_forms_are_what_github_takes(path: Path) -> None:
    form = read(path)
    assert {"name", "description", "body"} <= set(form)
    kinds = {"markdown", "textarea", "input", "dropdown", "checkboxes"}
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    assert asked
    assert {part["type"] for part in form["body"]} <= kinds
    assert len({part["id"] for part in asked}) == len(asked)
    assert all(part["attributes"]["label"] for part in asked)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_run_what_is_here_by_actions_of_one_version(path: Path) -> None:
    flow = read(path)
    assert flow["permissions"] == {"contents": "read"}
    for job in flow["jobs"].values():
        uses = [step["uses"] for step in job["steps"] if "uses" in step]
        assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+\.\d+\.\d+", name) for name in uses)
        assert [step for step in job["steps"] if step.get("run") == ".ci/run"]


def test_the_pythons_are_the_same_everywhere() -> None:
    """Of the workflow, the classifiers, and the lowest that may install it."""
    matrix = read(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["run"]["strategy"]["matrix"]
    told = [re.findall(r":: Python :: (\d\.\d+)$", line) for line in PROJECT["classifiers"]]
    assert [version for found in told for version in found] == matrix["python"]
    assert PROJECT["requires-python"] == f">={matrix['python'][0]}"


def test_commit_hooks_are_local_and_of_the_environment() -> None:
    """Nothing is fetched, and no version stands in two places."""
    tools = {"ruff-check": "ruff", "ruff-format": "ruff", "mypy": "mypy"}
    (local,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local"
    hooks = {hook["id"]: hook for hook in local["hooks"]}
    assert all(hook["language"] == "system" for hook in hooks.values())
    for hook, tool in tools.items():
        assert hooks[hook]["entry"].startswith(f".venv/bin/{tool}")


def test_the_readme_names_the_wheel_of_this_version() -> None:
    wheel = f"{PROJECT['name'].replace('-', '_')}-{PROJECT['version']}-py3-none-any.whl"
    assert re.findall(r"\S+\.whl", (ROOT / "README.md").read_text().replace("`", " ")) == [wheel]
