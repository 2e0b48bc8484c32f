"""The toolkit's own plots for the Dashboard, as plain data in plotly's JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 500  # points of a plot, which is stored as text in the storage
# After Okabe and Ito's palette, light enough for a dark page.
COLORS = {"complete": "#2a8bcc", "pruned": "#999999"}
# The Dashboard's card shows through, light or dark, and one grey is read on both.
GREY, RULE, CLEAR = "#7c7c7c", "rgba(128,128,128,0.3)", "rgba(0,0,0,0)"
FONT = {"size": 14, "color": GREY}


@dataclass(frozen=True)
class Point:
    """What the plots need to know of one trial; gap: dev − train error."""

    number: int
    state: str
    l2: float
    optimizer: str
    gap: float
    gap_sd: float


@dataclass(frozen=True)
class EpochsToTarget:
    """How soon a trial's replicates reach a target: their mean epochs, and the share that does."""

    epochs: float
    share: float


def epochs_to_target(values: NDArray[np.float64], target: float, horizon: int) -> EpochsToTarget:
    """Epochs to the target, from curves (P, E) that begin with epoch 0.

    As in the report, a target is reached if two evaluations in a row are at or below it. A
    replicate that never reaches it counts with the horizon.
    """
    below = values <= target
    held = below[:, 1:-1] & below[:, 2:]
    hit = held.any(axis=1)
    epochs = np.where(hit, held.argmax(axis=1) + 1 if held.shape[1] else 0, horizon)
    return EpochsToTarget(float(epochs.mean()), float(hit.mean()))


def gap_by_l2(points: Sequence[Point]) -> dict[str, Any]:
    """Dev − train error of each trial against its λ; trials at λ = 0 are only counted."""
    shown, words = _some([p for p in points if p.l2 > 0])
    without = sum(p.l2 == 0 for p in points)
    if without:
        words += f"; {without} with λ = 0 not shown"
    traces = []
    for state, color in COLORS.items():
        of = [p for p in shown if p.state == state]
        bars = {"type": "data", "array": _short(p.gap_sd for p in of), "thickness": 0.8}
        traces.append(
            _dots(of, _short(p.l2 for p in of), _short(p.gap for p in of), state, color)
            | {"error_y": bars}
        )
    x = {"title": {"text": "λ (L2)"}, "type": "log", "exponentformat": "power"}
    y = {"title": {"text": "dev − train error"}, "zeroline": True, "zerolinecolor": "#888"}
    return _figure(traces, f"Gap against λ: mean ± SD of the replicates{words}", x, y)


def epochs_to_target_by_optimizer(
    points: Sequence[Point], to_target: Mapping[int, EpochsToTarget], target: str, horizon: int
) -> dict[str, Any]:
    """Epochs to the target of each complete trial, by optimizer; misses count as the horizon.

    A trial of which no network reached the target is not shown, only counted.
    """
    arrived = [p for p in points if p.number in to_target and to_target[p.number].share > 0]
    shown, words = _some(arrived)
    never = sum(p.number in to_target for p in points) - len(arrived)
    if never:
        words += f"; {never} that never reached it not shown"
    traces = []
    for name in sorted({p.optimizer for p in shown}):
        of = [p for p in shown if p.optimizer == name]
        traces.append(
            {
                "type": "box",
                "name": name,
                "y": _short(to_target[p.number].epochs for p in of),
                "text": [
                    f"trial {p.number}: {to_target[p.number].share:.0%} of its networks" for p in of
                ],
                "boxpoints": "all",
                "jitter": 0.4,
                "pointpos": 0,
            }
        )
    y = {"title": {"text": f"epochs to {target}"}, "range": [0, 1.05 * horizon]}
    title = f"Epochs to the target, misses counted as {horizon}{words}"
    return _figure(traces, title, {"title": {"text": "optimizer"}}, y)


def spread_of_seeds(best: Mapping[int, NDArray[np.float64]], metric: str) -> dict[str, Any]:
    """The objective of each replicate of the best trials, by trial, best first."""
    names = [f"trial {number}" for number in best]
    values = list(best.values())
    pairs = [
        (name, value) for name, row in zip(names, values, strict=True) for value in row.tolist()
    ]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "a replicate",
        "x": [name for name, _ in pairs],
        "y": _short(value for _, value in pairs),
        "marker": {"color": COLORS["complete"], "opacity": 0.6, "size": 9},
    }
    means = {
        "type": "scatter",
        "mode": "markers",
        "name": "their mean",
        "x": names,
        "y": _short(float(row.mean()) for row in values),
        "marker": {"color": "#d55e00", "symbol": "line-ew-open", "size": 26, "line": {"width": 3}},
    }
    x = {"type": "category", "title": {"text": "the best trials of the search"}}
    y = {"title": {"text": metric}}
    return _figure([dots, means], "Spread of the seeds", x, y)


def _dots(
    of: Sequence[Point], x: list[float | None], y: list[float | None], name: str, color: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": x,
        "y": y,
        "text": [f"trial {p.number}" for p in of],
        "marker": {"color": color, "size": 7, "opacity": 0.7},
    }


def _figure(
    traces: list[dict[str, Any]], title: str, x: dict[str, Any], y: dict[str, Any]
) -> dict[str, Any]:
    layout = {
        "title": {"text": title, "font": {"size": 16}},
        "font": FONT,
        "xaxis": x | {"gridcolor": RULE, "linecolor": GREY},
        "yaxis": y | {"gridcolor": RULE, "linecolor": GREY},
        "plot_bgcolor": CLEAR,
        "paper_bgcolor": CLEAR,
        "margin": {"l": 80, "r": 20, "t": 60, "b": 60},
    }
    return {"data": traces, "layout": layout}


def _some(points: Sequence[Point]) -> tuple[list[Point], str]:
    """At most MOST of the points, evenly over the search, and the title's words for that."""
    if len(points) <= MOST:
        return list(points), ""
    chosen = np.linspace(0, len(points) - 1, MOST).round().astype(int)
    return [points[i] for i in chosen], f" ({MOST} of {len(points)} trials)"


def _short(values: Any) -> list[float | None]:
    """Values for JSON: four digits, which is more than a plot shows; None if not finite."""
    return [float(f"{v:.4g}") if np.isfinite(v) else None for v in values]
