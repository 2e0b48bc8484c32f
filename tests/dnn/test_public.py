"""What is public: a module with an `__all__`, and what that names; `help` says all of it."""

import ast
import doctest
import inspect
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dnn
from dnn import estimators, gradcheck

PUBLIC = (dnn, estimators, gradcheck)
ROOT = Path(dnn.__file__).parents[1]


def objects() -> Iterator[tuple[str, Any]]:
    """Everything public that has a docstring of its own."""
    for module in PUBLIC:
        yield module.__name__, module
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isclass(value) or inspect.isfunction(value):
                yield f"{module.__name__}.{name}", value


def methods() -> Iterator[tuple[str, Any]]:
    """The estimators' own, which scikit-learn's users call."""
    for name in estimators.__all__:
        for method, value in vars(getattr(estimators, name)).items():
            if inspect.isfunction(value) and not method.startswith("_"):
                yield f"{name}.{method}", value


OBJECTS = dict(objects())
CALLABLE = {k: v for k, v in OBJECTS.items() if not inspect.ismodule(v)}


def sections(value: Any) -> dict[str, str]:
    """The docstring's sections by their names."""
    parts = re.split(r"^(\w+):\n", inspect.getdoc(value) or "", flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_modules_with_an_all_are_these() -> None:
    found = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for file in (ROOT / "dnn").rglob("*.py")
        if re.search(r"^__all__ =", file.read_text(), re.M)
    }
    assert found == {module.__name__ for module in PUBLIC}


@pytest.mark.parametrize("module", PUBLIC, ids=lambda module: module.__name__)
def test_all_names_everything_that_does_not_begin_with_an_underscore(
    module: types.ModuleType,
) -> None:
    made = set()
    for node in ast.parse(Path(module.__file__).read_text()).body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                made.add(node.name)
            case ast.Assign():
                made |= {target.id for target in node.targets}
            case ast.AnnAssign():
                made.add(node.target.id)
    assert {name for name in made if not name.startswith("_")} <= set(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("name", CALLABLE)
def test_help_says_all_arguments_and_an_example(name: str) -> None:
    value, found = CALLABLE[name], sections(CALLABLE[name])
    arguments = set(inspect.signature(value).parameters)
    said = found.get("Args", "") + found.get("Attributes", "")
    assert set(re.findall(r"^    \**(\w+):", said, re.M)) >= arguments
    assert ">>> " in found["Example"]
    if inspect.isfunction(value):
        assert "Raises" in found or "raise" not in inspect.getsource(value)
        assert "Returns" in found or inspect.signature(value).return_annotation is None


@pytest.mark.parametrize("name", dict(methods()))
def test_help_of_an_estimators_methods(name: str) -> None:
    assert sections(dict(methods())[name]).keys() >= {"Args", "Returns"}


@pytest.mark.parametrize("name", OBJECTS)
def test_the_example_runs(name: str) -> None:
    (test,) = doctest.DocTestFinder(recurse=False).find(OBJECTS[name], name, globs={})
    assert test.examples or name in ("dnn.gradcheck", "dnn.estimators")
    said: list[str] = []
    doctest.DocTestRunner().run(test, out=said.append)
    assert not said, "".join(said)


def test_every_choice_says_its_formula() -> None:
    """The tables' own functions: what stands in them is chosen by name, and looked up by help."""
    rows = {
        **dnn.ACTIVATIONS,
        **dnn.LOSSES,
        **{name: optimizer.update for name, optimizer in dnn.OPTIMIZERS.items()},
        **{name: schedule.factor for name, schedule in dnn.SCHEDULES.items()},
        **{name: initializer.draw for name, initializer in dnn.INITIALIZERS.items()},
    }
    assert not [name for name, function in rows.items() if not inspect.getdoc(function)]
