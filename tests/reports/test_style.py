"""Figures look as the house wants them, wherever they are drawn."""

import os
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl

from reports.figures import style
from reports.figures.canvases import canvas

DRAW = """
from reports.figures.canvases import canvas
from reports.figures.panels import panel
with canvas() as figure:
    figure.subplots().set_title("error")
    print(panel(figure, "a", "title", "description").svg)
"""
ROOT = Path(__file__).parents[2]


def drawn(folder: Path) -> str:
    """A figure that is drawn there, where `latex` is a program that leaves a mark."""
    latex = folder / "bin" / "latex"
    latex.parent.mkdir(parents=True)
    latex.write_text(f"#!/bin/sh\ntouch '{folder / 'crater'}'\nexit 1\n")
    latex.chmod(0o755)
    path = f"{latex.parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path}
    command = [sys.executable, "-c", DRAW]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert not (folder / "crater").exists()
    return done.stdout


def test_a_matplotlibrc_that_lies_about_says_nothing(tmp_path: Path) -> None:
    """Neither has it anything run, nor does the report look otherwise."""
    for name in ("plain", "settings"):
        (tmp_path / name).mkdir()
    settings = "text.usetex: True\nfont.size: 40\naxes.facecolor: red\n"
    (tmp_path / "settings" / "matplotlibrc").write_text(settings)
    assert drawn(tmp_path / "settings") == drawn(tmp_path / "plain")


def test_matplotlib_is_left_as_it_was_found() -> None:
    """With the user's settings, and no backend loaded for us."""
    with mpl.rc_context({"font.size": 40}):
        before = dict(dict.items(mpl.rcParams))
        with canvas():
            assert mpl.rcParams["font.size"] == style.PLAIN
        assert dict(dict.items(mpl.rcParams)) == before
