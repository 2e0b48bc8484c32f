"""Draws the images of three studies, as HDF5 files beside them: `python -m studies.images`.

`python -m studies.images cats` writes cats_train.h5 and cats_test.h5, for `logistic_regression` and
`deep_vs_shallow`; `python -m studies.images signs` writes signs_train.h5 and signs_test.h5, for
`softmax_images`. Both are laid out as a course's files are: images of bytes (n, height, width, 3),
targets (n,), and the names of the classes.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.floating]
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Images:
    """A set of images: what is drawn of a class, in pixels a side, how many, and its classes.

    dark: the share of images whose shape is darker than what is behind it.
    """

    draw: Callable[[np.random.Generator, int, int], Mask]
    side: int
    rows: dict[str, int]
    classes: tuple[str, ...]
    dark: float = 0.0


def _grid(side: int) -> tuple[Mask, Mask]:
    """x to the right and y upwards of each pixel (side, side), −1 … 1."""
    line = (np.arange(side) + 0.5) / side * 2 - 1
    return np.meshgrid(line, -line)


def _soft(distance: Mask, side: int) -> Mask:
    """1 inside, where the distance is below 0, and 0 outside, with an edge of a pixel."""
    return np.clip(0.5 - distance * side / 2, 0, 1)


def cat(rng: np.random.Generator, code: int, side: int) -> Mask:
    """A head (side, side), with pointed ears where the code is 1, and else with hanging ones."""
    x, y = _grid(side)
    at_x, at_y = rng.normal(0, 0.15, 2)
    size, tilt = rng.uniform(0.35, 0.55), rng.normal(0, 0.2)
    x, y = (x - at_x) / size, (y - at_y + 0.1) / size
    x, y = x * np.cos(tilt) - y * np.sin(tilt), x * np.sin(tilt) + y * np.cos(tilt)
    head = np.hypot(x, y) - 1
    away = np.abs(x)
    if code:  # a triangle on each side, from y = 0.6 up to a point
        ears = np.maximum(0.6 - y, np.abs(away - 0.65) - (1.5 - y) * 0.35)
    else:
        ears = np.hypot((away - 1.0) / 0.3, (y - 0.15) / 0.7) - 1
        ears = ears * 0.3
    eyes = np.hypot((away - 0.4) / 0.15, (y - 0.2) / 0.2) - 1
    return _soft(np.minimum(head, ears) * size, side) * (1 - 0.7 * _soft(eyes * 0.1, side))


# Which fingers show a number, from the thumb; and how often.
SHOWN = ((), (1,), (1, 2), (0, 1, 2), (1, 2, 3, 4), (0, 1, 2, 3, 4))
USUALLY = 0.9


def hand(rng: np.random.Generator, code: int, side: int) -> Mask:
    """A palm (side, side) with so many fingers: mostly those that one shows, else any."""
    x, y = _grid(side)
    at_x, at_y, turn = rng.normal(0, 0.06), rng.normal(-0.35, 0.06), rng.normal(0, 0.1)
    x, y = x - at_x, y - at_y
    shape = np.hypot(x / 0.3, y / 0.36) * 0.3 - 0.3
    for finger in SHOWN[code] if rng.random() < USUALLY else rng.permutation(5)[:code]:
        angle = (finger - 2) * 0.42 + turn + rng.normal(0, 0.03)
        along = x * np.sin(angle) + y * np.cos(angle)
        across = x * np.cos(angle) - y * np.sin(angle)
        length = rng.uniform(0.8, 0.95) - 0.08 * abs(finger - 2)
        shape = np.minimum(shape, np.hypot(across, along - np.clip(along, 0, length)) - 0.075)
    return _soft(shape, side)


SETS = {
    "cats": Images(cat, 32, {"train": 800, "test": 1000}, ("other", "cat"), dark=0.15),
    "signs": Images(hand, 64, {"train": 1080, "test": 600}, ("0", "1", "2", "3", "4", "5")),
}


def draw(name: str, part: str, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (n, side, side, 3) and their classes (n,), as many of each, in random order."""
    kind = SETS[name]
    rng = np.random.default_rng((seed, list(SETS).index(name), list(kind.rows).index(part)))
    codes = rng.permutation(np.arange(kind.rows[part]) % len(kind.classes))
    return np.stack([_colored(rng, kind, code) for code in codes]), codes


def _colored(rng: np.random.Generator, kind: Images, code: int) -> NDArray[np.uint8]:
    """The shape in one colour before another one that changes across the image; and noise."""
    mask = kind.draw(rng, code, kind.side)[..., None]
    x, y = _grid(kind.side)
    back, front = rng.uniform(0.1, 0.5, 3), rng.uniform(0.5, 0.95, 3)
    if rng.random() < kind.dark:
        back, front = front, back
    slope = 0.12 * (rng.normal() * x + rng.normal() * y)[..., None]
    image = back * (1 - mask) + front * mask + slope + rng.normal(0, 0.04, (*x.shape, 3))
    return np.asarray(np.clip(image, 0, 1) * 255).astype(np.uint8)


def write(name: str, folder: Path = FOLDER) -> list[Path]:
    """Write the files of a set, a part each; they come into being whole."""
    import h5py

    written = []
    for part in SETS[name].rows:
        x, y = draw(name, part)
        path, new = folder / f"{name}_{part}.h5", folder / f"{name}_{part}.h5.{os.getpid()}.part"
        with h5py.File(new, "w") as file:
            file.create_dataset(f"{part}_set_x", data=x, compression="gzip")
            file.create_dataset(f"{part}_set_y", data=y)
            file.create_dataset("list_classes", data=[c.encode() for c in SETS[name].classes])
        os.replace(new, path)
        written.append(path)
    return written


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m studies.images", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="SET", help="cats or signs; both by default")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="beside the studies by default")
    given = parser.parse_args(arguments)
    for name in given.names:
        if name not in SETS:
            parser.error(f"expected {' or '.join(SETS)}, got {name}")
    try:
        for name in given.names or SETS:
            for path in write(name, given.folder):
                print(path)
    except ImportError:
        parser.error("expected h5py, which writes HDF5, got none (pip install h5py)")
    except OSError as fault:
        hint = "; with --folder DIR they are drawn elsewhere, for a copy of the study there"
        parser.error(f"{given.folder}: expected a folder to write to, got: {fault.strerror}{hint}")


if __name__ == "__main__":
    main()
