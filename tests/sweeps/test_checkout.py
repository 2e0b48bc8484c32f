"""The commit that a run notes, beside repositories that would run something if they were asked."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sweeps.base import checkout

NOBODY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "protocol.file.allow=always", "-C", str(folder), *arguments]
    environment = {**os.environ, **NOBODY}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()


def repository(folder: Path, *options: str) -> Path:
    """With one commit of one file."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", *options)
    (folder / "study.yaml").write_text("name: a\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "one")
    return folder


def said_by_git(folder: Path) -> str:
    return git(folder, "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*")


def packed(folder: Path) -> Path:
    git(folder, "pack-refs", "--all")
    git(folder, "gc", "--quiet")
    return folder


def detached(folder: Path) -> Path:
    git(folder, "checkout", "--quiet", "--detach")
    return folder


def below(folder: Path) -> Path:
    (folder / "studies" / "deep").mkdir(parents=True)
    return folder / "studies" / "deep"


def worktree(folder: Path) -> Path:
    git(folder, "worktree", "add", "--quiet", "../other", "-b", "other")
    return folder.parent / "other"


def submodule(folder: Path) -> Path:
    outer = repository(folder.parent / "outer")
    git(outer, "submodule", "--quiet", "add", str(folder), "inner")
    return outer / "inner"


@pytest.mark.parametrize("kind", [Path, packed, detached, below, worktree, submodule])
def test_the_commit_is_what_git_says(tmp_path: Path, kind: Callable[[Path], Path]) -> None:
    """Clean, touched, changed; a file that git does not know is no change."""
    folder = kind(repository(tmp_path / "one"))
    assert checkout.commit(folder) == said_by_git(folder)
    (folder / "unknown.txt").write_text("new")
    root = Path(git(folder, "rev-parse", "--show-toplevel"))
    os.utime(root / "study.yaml", (1, 1))
    assert checkout.commit(folder) == git(folder, "rev-parse", "--short=12", "HEAD")
    (root / "study.yaml").write_text("name: b\n")
    assert checkout.commit(folder) == said_by_git(folder)
    assert checkout.commit(folder).endswith("+")


def test_a_repository_of_longer_hashes_has_a_commit_too(tmp_path: Path) -> None:
    folder = repository(tmp_path / "one", "--object-format=sha256")
    assert checkout.commit(folder) == said_by_git(folder)


def test_where_there_is_no_commit_none_is_named(tmp_path: Path) -> None:
    assert checkout.commit(tmp_path) == ""
    git(tmp_path, "init", "--quiet")
    assert checkout.commit(tmp_path) == ""
    inside = tmp_path / "bare"  # that looks like a repository itself
    git(tmp_path, "clone", "--quiet", "--bare", str(repository(tmp_path / "one")), "bare")
    assert checkout.commit(inside) == ""


def test_without_git_the_commit_is_known_and_its_changes_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository(tmp_path / "one")
    head = git(folder, "rev-parse", "--short=12", "HEAD")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert checkout.commit(folder) == head + checkout.UNKNOWN


# Repositories that run something, and what makes git do so


def configured(*settings: str) -> Callable[[Path, str], None]:
    def plant(folder: Path, command: str) -> None:
        for setting in settings:
            name, _, value = setting.partition("=")
            git(folder, "config", name, value.replace("COMMAND", command))
        (folder / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")

    return plant


def hooks(folder: Path, command: str) -> None:
    for name in ("post-index-change", "fsmonitor-watchman", "post-checkout", "pre-commit"):
        hook = folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{command}\n")
        hook.chmod(0o755)


def included(folder: Path, command: str) -> None:
    (folder / "more").write_text(f'[core]\n\tfsmonitor = "{command}"\n')
    git(folder, "config", "includeIf.gitdir:/.path", str(folder / "more"))


def of_a_submodule(folder: Path, command: str) -> None:
    inner = repository(folder.parent / "inner")
    git(folder, "submodule", "--quiet", "add", str(inner), "inner")
    git(folder, "commit", "--quiet", "-m", "two")
    git(folder / "inner", "config", "core.fsmonitor", command)


def elsewhere(folder: Path, command: str) -> None:
    """`.git` is a file that leads to a repository that runs something."""
    there = folder.parent / "there"
    shutil.move(folder / ".git", there)
    (folder / ".git").write_text(f"gitdir: {there}\n")
    git(folder, "config", "core.fsmonitor", command)
    git(folder, "config", "core.worktree", str(folder.parent))


PLANTED = {
    "fsmonitor": configured("core.fsmonitor=COMMAND"),
    "filters": configured("filter.evil.clean=COMMAND", "filter.evil.smudge=COMMAND"),
    "process": configured("filter.evil.process=COMMAND", "filter.evil.required=true"),
    "textconv": configured("diff.evil.textconv=COMMAND", "diff.evil.command=COMMAND"),
    "external diff": configured("diff.external=COMMAND", "core.pager=COMMAND"),
    "ssh": configured("core.sshCommand=COMMAND", "remote.origin.url=ssh://x/y"),
    "promised": configured(
        *("extensions.partialClone=origin", "remote.origin.promisor=true"),
        *("remote.origin.url=ext::COMMAND", "protocol.ext.allow=always"),
        "core.repositoryFormatVersion=1",
    ),
    "alias": configured("alias.diff=!COMMAND", "alias.describe=!COMMAND"),
    "hooks": hooks,
    "hooks elsewhere": configured("core.hooksPath=."),
    "included": included,
    "of a submodule": of_a_submodule,
    "elsewhere": elsewhere,
}


@pytest.mark.parametrize("kind", PLANTED)
def test_nothing_of_a_repository_runs(tmp_path: Path, kind: str) -> None:
    folder = repository(tmp_path / "one")
    head = git(folder, "rev-parse", "--short=12", "HEAD")
    crater, command = tmp_path / "crater", tmp_path / "command"
    command.write_text(f"#!/bin/sh\ntouch '{crater}'\ncat\n")
    command.chmod(0o755)
    PLANTED[kind](folder, str(command))
    crater.unlink(missing_ok=True)  # made while planting
    (folder / "study.yaml").write_text("name: c\n")
    said = checkout.commit(folder)
    assert not crater.exists()
    assert said.endswith("+")
    assert said == f"{head}+" or kind == "of a submodule"


def test_files_that_are_no_files_are_not_waited_for(tmp_path: Path) -> None:
    folder = repository(tmp_path / "one")
    (folder / ".git" / "HEAD").unlink()
    os.mkfifo(folder / ".git" / "HEAD")
    assert checkout.commit(folder) == ""


@pytest.mark.parametrize("head", ["ref: ../../secret", "ref: refs/../../secret", "nothing", "\0"])
def test_a_head_leads_nowhere_else(tmp_path: Path, head: str) -> None:
    folder = repository(tmp_path / "one")
    (tmp_path / "secret").write_text("0" * 40)
    (folder / ".git" / "HEAD").write_text(head)
    assert checkout.commit(folder) == ""
