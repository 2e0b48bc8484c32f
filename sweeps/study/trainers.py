"""`trainer:` of the study file: a training function of the user's own, found and imported.

Finding it imports nothing; importing it is the user's code running, and needs their leave. What is
done with it stands in `sweeps.training.custom`.
"""

import contextlib
import hashlib
import importlib
import importlib.util
import inspect
import math
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from sweeps.base.errors import Expected, Unquoted, did_you_mean, join, show
from sweeps.study.hyperparameters.kinds import Flag, Kind, Name, Number
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, Hyperparameter
from sweeps.study.section_base import StudySection, refused

CALL = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
NAME = re.compile(r"[a-z][a-z0-9_]*")
ARGUMENTS = ("config", "data", "seed")

Function = Callable[[dict[str, Any], Any, int], Iterator[Any]]


class Parameter(StudySection):
    """A hyperparameter that the vocabulary does not have."""

    type: Literal["int", "float", "name", "flag"]
    default: Any
    low: float | None = Field(None, allow_inf_nan=False)
    high: float | None = Field(None, allow_inf_nan=False)
    choices: tuple[str, ...] = Field((), strict=False)
    about: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> "Parameter":
        is_number = self.type in ("int", "float")
        if bool(self.choices) != (self.type == "name"):
            raise refused(Expected("choices for a name, and for nothing else", Unquoted(self.type)))
        if not is_number and (self.low, self.high) != (None, None):
            raise refused(Expected("low and high for numbers alone", Unquoted(self.type)))
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise refused(Expected(f"low < high ({self.high:g})", self.low))
        try:
            self.kind.check(self.default)
        except Expected as fault:
            raise refused(fault.below("default")) from None
        return self

    @property
    def kind(self) -> Kind:
        """What values it takes."""
        if self.type == "flag":
            return Flag()
        if self.type == "name":
            return Name(self.choices)
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return Number(low, high, integer=self.type == "int")


class Trainer(StudySection):
    """call: "module:function". folder: where the module is looked up before the path is.

    sha256: of its source file; where the study says one, no other file is run. gradient_check: a
    function of the module that says how far its gradient is from differences of a step.
    """

    call: str
    folder: str = "."
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    sha256: str = ""
    gradient_check: str = ""

    @field_validator("gradient_check")
    @classmethod
    def _function_of_the_module(cls, value: str) -> str:
        if value and not value.isidentifier():
            raise refused(Expected("the name of a function beside the training function", value))
        return value

    @field_validator("call")
    @classmethod
    def _module_and_function(cls, value: str) -> str:
        if not CALL.fullmatch(value):
            raise refused(Expected("module:function, like my_package.module:train", value))
        return value

    @field_validator("parameters")
    @classmethod
    def _new_names(cls, value: dict[str, Parameter]) -> dict[str, Parameter]:
        for name in value:
            if name in VOCABULARY:
                raise refused(Expected("names of its own", name, "every study has that one"))
            if not NAME.fullmatch(name):
                raise refused(Expected("names of a-z, 0-9 and _, a letter first", name))
        return value

    @property
    def module(self) -> str:
        """The module's dotted name."""
        return self.call.partition(":")[0]

    @property
    def function(self) -> str:
        """The function's name."""
        return self.call.partition(":")[2]

    @property
    def identity(self) -> dict[str, Any]:
        """What makes two runs the same study: the function and its source, wherever it stands."""
        return {"call": self.call, "sha256": self.sha256}

    def written(self, base: Path, folder: Path) -> dict[str, Any]:
        """As a study file in another folder says it."""
        whole = self.model_dump(mode="json", exclude_defaults=True)
        return {**whole, "folder": os.path.relpath(base / self.folder, folder)}


class UserCodeError(Expected):
    """What the user's own code raised, and on which line of its file."""

    def __init__(self, fault: BaseException, file: Path, where: str) -> None:
        super().__init__("", "")
        frames = traceback.extract_tb(fault.__traceback__)
        lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == file]
        line = f"{file.name}:{lines[-1]}: " if lines else ""
        try:
            text = show(Unquoted(fault), longest=200)
        except Exception as second:  # their own __str__, too, may do anything
            text = f"(no message: {type(second).__name__})"
        self.message = f"{where}: {line}{type(fault).__name__}{text and ': '}{text}"


def as_section(value: Any) -> Any:
    """`module:function`, or the mapping."""
    return {"call": value} if isinstance(value, str) else value


def hyperparameters(given: Any) -> tuple[dict[str, Hyperparameter], set[str]]:
    """Those that a `trainer` section adds, and those it cannot (the section says why)."""
    parameters = given.get("parameters") if isinstance(given, Mapping) else None
    added: dict[str, Hyperparameter] = {}
    wrong: set[str] = set()
    for name, described in parameters.items() if isinstance(parameters, Mapping) else ():
        try:
            known = Trainer.model_validate({"call": "m:f", "parameters": {name: described}})
            one = known.parameters[name]
            added[name] = Hyperparameter(one.kind, one.default, one.about or "of the trainer's own")
        except ValidationError:
            wrong.add(str(name))
    return added, wrong


def find(trainer: Trainer, base: Path) -> Trainer:
    """The trainer with its folder made absolute, and its source file's hash; nothing is imported.

    Errors: Expected (below `trainer`).
    """
    folder = (base / trainer.folder).resolve()
    file = _file(trainer.module, folder)
    sha256 = _digest(file)
    if trainer.sha256 not in ("", sha256):
        hint = f"{file.name} has changed; leave sha256 out to run it as it is"
        raise Expected(trainer.sha256[:16], Unquoted(sha256[:16]), hint, at="sha256")
    return trainer.model_copy(update={"folder": str(folder), "sha256": sha256})


def _file(module: str, folder: Path) -> Path:
    importlib.invalidate_caches()
    name, inside = "", [str(folder)]
    found: ModuleSpec | None = None
    for part in module.split("."):
        top = not name
        name = join(name, part)
        found = PathFinder.find_spec(name, inside) or (_on_the_path(name) if top else None)
        if found is None:
            near = sorted(p.stem for p in folder.glob("*.py"))
            hint = did_you_mean(part, near) if near else f"there is no module in {folder.name}"
            raise Expected("a module beside the study file or on the path", name, hint)
        inside = list(found.submodule_search_locations or [])
    origin = found.origin if found else None
    if origin is None or not origin.endswith(".py"):
        raise Expected("a module with a source file", module)
    return Path(origin).resolve()


def _on_the_path(name: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except ValueError:  # __main__
        return None


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


# By module, the file and hash of what was imported here: another one is imported in its place.
_imported: dict[str, tuple[Path, str]] = {}


def load(trainer: Trainer) -> tuple[Function, Path]:
    """The function of a trainer that was found, and its file. Errors: Expected."""
    module, file = _module(trainer)
    loaded: Function = _function(module, trainer.module, trainer.function)
    _check(loaded, trainer.function)
    return loaded, file


def load_gradient_check(trainer: Trainer) -> tuple[Callable[[float], Any], Path]:
    """Its function of a step, and its file. Errors: Expected."""
    module, file = _module(trainer)
    return _function(module, trainer.module, trainer.gradient_check), file


def _module(trainer: Trainer) -> tuple[Any, Path]:
    name = trainer.module
    file = _file(name, Path(trainer.folder))
    if _digest(file) != trainer.sha256:
        raise Expected(f"the {file.name} that the run began with", Unquoted("one that was edited"))
    this = (file, trainer.sha256)
    if _imported.pop(name, this) != this:
        _forget(name.partition(".")[0])
    sys.path[:] = [trainer.folder, *(place for place in sys.path if place != trainer.folder)]
    with contextlib.chdir("."):  # back again, wherever the import goes
        module = _import(name, file)
    there = Path(module.__file__ or "").resolve()
    if there != file:
        hint = "another module has that name already: give it one of its own"
        raise Expected(f"the module of {file.name}", Unquoted(there.name), hint)
    _imported[name] = this
    return module, file


def _function(module: Any, name: str, function: str) -> Callable[..., Any]:
    public = [n for n, value in vars(module).items() if callable(value) and not n.startswith("_")]
    if not callable(getattr(module, function, None)):
        hint = did_you_mean(function, public) if public else f"{name} has no functions"
        raise Expected(f"a function of {name}", function, hint)
    found: Callable[..., Any] = getattr(module, function)
    return found


def _forget(package: str) -> None:
    for name in [n for n in sys.modules if n == package or n.startswith(f"{package}.")]:
        del sys.modules[name]


def _import(name: str, file: Path) -> Any:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as fault:  # it is the user's code: whatever it raises is told
        raise UserCodeError(fault, file, f"importing {name}") from None


def _check(function: Any, name: str) -> None:
    """Errors: Expected for one that is no generator function of (config, data, seed)."""
    try:
        signature = inspect.signature(function)
    except ValueError:
        raise Expected("a function written in Python", name) from None
    given = [p for p in signature.parameters.values() if p.default is p.empty]
    if tuple(p.name for p in given) != ARGUMENTS or any(p.kind == p.KEYWORD_ONLY for p in given):
        raise Expected(f"{name}({', '.join(ARGUMENTS)})", Unquoted(f"{name}{signature}"))
    if not inspect.isgeneratorfunction(inspect.unwrap(function)):
        hint = "it has to yield a mapping of metrics after every epoch"
        raise Expected("a generator function", name, hint)
