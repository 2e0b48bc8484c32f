"""The module of a user's training function, found and imported.

Finding it imports nothing; importing it is the user's code running, and needs their leave. What is
done with it stands in `sweeps.training.custom`.
"""

import contextlib
import hashlib
import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

from sweeps.base.errors import Expected, Unquoted, did_you_mean, join, show
from sweeps.study.trainers import Trainer

ARGUMENTS = ("config", "data", "seed")

Function = Callable[[dict[str, Any], Any, int], Iterator[Any]]


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
