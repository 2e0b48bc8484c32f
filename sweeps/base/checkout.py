"""The git commit of a folder, found without running a program that the folder names.

HEAD and its refs are read here, as files. Whether tracked files differ from it is asked of git, in
a temporary repository that points to the folder's index and objects: the folder's configuration,
which can name programs (monitors, filters, hooks, helpers), is never read.
"""

import os
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

LARGEST = 50_000_000  # bytes of packed-refs, which has a line a ref
HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
REF = re.compile(r"ref: (refs/[\w/.@+-]+)")
DIGITS = 12  # of a hash that are shown
TIME_LIMIT = 2.0  # seconds, of `git diff`
UNKNOWN = " (whether files differ from it is not known)"
# Tracked files alone; a submodule would be compared under its own configuration.
DIFF = ("diff", "--quiet", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "HEAD")


@dataclass(frozen=True)
class Checkout:
    """root: the folder of the files; own: that of HEAD and index; common: of refs and objects."""

    root: Path
    own: Path
    common: Path


def commit(folder: Path) -> str:
    """The commit that a folder stands at; "" outside a checkout.

    It ends in "+" if files differ from it, and in UNKNOWN if git could not tell.
    """
    try:
        found = _find(folder.resolve())
        head = _head(found) if found else ""
        if found is None or not head:
            return ""
        return head[:DIGITS] + _status(found, head)
    except (OSError, ValueError):
        return ""  # unreadable, or not written by git


def _find(folder: Path) -> Checkout | None:
    """The checkout that a folder belongs to. A bare repository is none."""
    for root in (folder, *folder.parents):
        git = root / ".git"
        if git.is_dir():
            return Checkout(root, git, git)
        if git.is_file():  # of a worktree or a submodule
            own = root / _text(git).removeprefix("gitdir:").strip()
            there = own / "commondir"
            return Checkout(root, own, own / _text(there).strip() if there.is_file() else own)
    return None


def _text(path: Path) -> str:
    """A regular file's text. Errors: OSError; ValueError for what is no small regular file."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            raise ValueError(f"{path}: expected a small file")
        return file.read(LARGEST).decode()


def _head(found: Checkout) -> str:
    """HEAD's hash; "" before the first commit."""
    text = _text(found.own / "HEAD").strip()
    named = REF.fullmatch(text)
    if named is None:
        return text if HASH.fullmatch(text) else ""
    if ".." in named[1]:
        return ""
    try:
        loose = _text(found.common / named[1]).strip()
    except FileNotFoundError:
        return _packed(found, named[1])
    return loose if HASH.fullmatch(loose) else ""


def _packed(found: Checkout, ref: str) -> str:
    try:
        lines = _text(found.common / "packed-refs").splitlines()
    except FileNotFoundError:
        return ""
    pairs = (line.split(" ") for line in lines)
    hashes = (pair[0] for pair in pairs if pair[1:] == [ref] and HASH.fullmatch(pair[0]))
    return next(hashes, "")


def _status(found: Checkout, head: str) -> str:
    """Whether tracked files differ from the commit: "" if not, "+" if so, else UNKNOWN.

    Errors: OSError where no temporary folder can be made.
    """
    git = shutil.which("git")
    if git is None:
        return UNKNOWN
    with tempfile.TemporaryDirectory(prefix="sweeps-git-") as ours:
        repository = Path(ours)
        _make_repository(repository, head)
        environment = _environment(found, repository)
        try:
            code = subprocess.run(
                [git, *DIFF],
                cwd=found.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=TIME_LIMIT,
            ).returncode
        except (OSError, subprocess.TimeoutExpired):
            return UNKNOWN
    return {0: "", 1: "+"}.get(code, UNKNOWN)


def _make_repository(repository: Path, head: str) -> None:
    """The least that git accepts as a repository, with HEAD at a commit."""
    for name in ("refs", "objects"):
        (repository / name).mkdir()
    (repository / "HEAD").write_text(f"{head}\n")
    hashes = "[extensions]\nobjectFormat = sha256\n" if len(head) == 64 else ""
    version = 1 if hashes else 0
    text = f"[core]\nrepositoryFormatVersion = {version}\nbare = false\n{hashes}"
    (repository / "config").write_text(text)


def _environment(found: Checkout, repository: Path) -> dict[str, str]:
    """The process's own without git's variables, and ours that point it to these folders."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_DIR": str(repository),
        "GIT_WORK_TREE": str(found.root),
        "GIT_INDEX_FILE": str((found.own / "index").resolve()),
        "GIT_OBJECT_DIRECTORY": str((found.common / "objects").resolve()),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
