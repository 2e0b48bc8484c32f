"""How figures look: colours, letters, axes; the settings that matplotlib is given.

Colours are drawn as plain hex and become CSS variables in the page (reports.figures.svg), so
that one SVG serves the light and the dark theme. Axes and text become `currentColor`.
"""

import math
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from reports.figures import hover
from reports.text import count, exact

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

WIDTH, HEIGHT = 340.0, 250.0  # of a panel, in SVG units: what a phone of 375 px leaves it
SMALL, PLAIN, TITLE = 11.2, 11.6, 12.4  # letters: 11 px and more on such a phone
INK, MUTED, RULE = "#111213", "#6a6b6c", "#dcdddf"
# After Okabe and Ito (2008), darkened to hold 4.5:1 on white; the page lightens them on black.
SERIES = ("#1f5fa8", "#b45309", "#14785a", "#86469c", "#75660a", "#b02a5b")
# Classes have colours of their own, the first two far apart to every kind of colour blindness
# (simulated after Machado et al., 2009), and the parts of an error shades without a colour: neither
# is taken for a setting, nor for better or worse.
CLASSES = ("#0a8ea0", "#b8860b", "#8c1c4a", "#3f4460", "#a0653f", "#5c940d")
SHADES = ("#8f949b", "#5a6067", "#22252a")
SPLITS = (SHADES[0], SHADES[2])  # of lines of train and dev errors, in every figure
MARKERS = ("o", "s", "D", "^", "v", "P")
DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 2)),
    (0, (1, 1.4)),
    (0, (6, 1.5, 1, 1.5)),
    (0, (3, 1.2)),
    (0, (8, 2, 2, 2)),
)
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
SHOWN = 6  # configurations in one figure


@cache
def settings() -> dict[str, Any]:
    """All that matplotlib can be told, of which the house says what it cares for."""
    import matplotlib as mpl
    import seaborn as sns

    style = sns.axes_style("white") | sns.plotting_context("paper") | _rc()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(style)
        # Asked for its backend by name, matplotlib would load it.
        told = dict(dict.items(cast("dict[str, Any]", mpl.rcParams)))
    return {name: value for name, value in told.items() if not name.startswith("backend")}


def names_at(axis: "Axis", places: Iterable[float], names: Iterable[str]) -> None:
    """Names in the place of numbers: `set_ticks`, without an artist for each."""
    from matplotlib.ticker import FixedLocator, FuncFormatter

    found = dict(zip(map(float, places), names, strict=True))
    formatter = FuncFormatter(lambda x, _: found.get(float(x), ""))
    hover.tell_names(formatter, found)
    axis.set_major_locator(FixedLocator(list(found)))
    axis.set_major_formatter(formatter)


def tidy(axes: "Axes", x: str = "", y: str = "", grid: Literal["x", "y"] = "y") -> None:
    """Takes the box away, labels the axes, and rules the background."""
    for side in ("top", "right", *(("left",) if grid == "x" else ())):
        axes.spines[side].set_visible(False)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(visible=True, axis=grid, color=RULE, linewidth=0.8)


def percent_axis(axes: "Axes", which: str, symbol: str = " %") -> None:
    """Prints shares as percent; differences take an empty symbol and say "points" beside it."""
    from matplotlib.ticker import FuncFormatter

    axis = axes.yaxis if which == "y" else axes.xaxis
    formatter = FuncFormatter(lambda x, _: exact(100 * x) + symbol)
    hover.tell_unit(formatter, 100, symbol)
    axis.set_major_formatter(formatter)


def share_axes(axes: "Axes", x: str, y: str) -> None:
    """Two axes of shares from 0 to 1, in percent, ruled at the quarters."""
    tidy(axes, x, y)
    percent_axis(axes, "x")
    percent_axis(axes, "y")
    axes.set_xticks(QUARTERS)
    axes.set_yticks(QUARTERS)


def plain_log(axis: "Axis", write: Callable[[float], str] | None = None) -> None:
    """Labels like 0.03 rather than powers of ten, and only as many as fit."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    subs = log_steps(*axis.get_view_interval())
    axis.set_major_locator(LogLocator(base=10, subs=subs, numticks=9))
    axis.set_major_formatter(FuncFormatter(lambda x, _: (write or exact)(x)))
    axis.set_minor_locator(NullLocator())


def log_steps(low: float, high: float) -> tuple[float, ...]:
    """Which multiples of powers of ten are marked on an axis: the fewer, the longer it is."""
    decades = math.log10(high / low) if low > 0 else 9.0
    return (1.0, 2.0, 5.0) if decades < 2 else (1.0, 3.0) if decades < 3 else (1.0,)


def beyond(total: int, shown: int = SHOWN) -> str:
    """What a caption says of the settings for which a figure has no room."""
    return f" Not shown: {count(total - shown, 'more setting')}." * (total > shown)


def short(name: str, width: int = 20) -> str:
    """A label that fits."""
    return name if len(name) <= width else name[: width - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _rc() -> dict[str, Any]:
    return {
        "svg.fonttype": "none",
        "svg.hashsalt": "reports",
        "text.parse_math": False,
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": PLAIN,
        "axes.labelsize": PLAIN,
        "axes.titlesize": TITLE,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 8,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "legend.fontsize": SMALL,
        "legend.frameon": False,
        "legend.handlelength": 2.4,
        "patch.edgecolor": "none",
        "patch.linewidth": 0,
        "axes.axisbelow": True,
        "xtick.major.size": 3,
        "ytick.major.size": 3,
        "xtick.major.width": 0.8,
        "ytick.major.width": 0.8,
        "xtick.bottom": True,
        "ytick.left": True,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.edgecolor": INK,
        "axes.linewidth": 0.8,
        "lines.linewidth": 1.8,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "path.simplify": True,
        "path.simplify_threshold": 0.2,
        "axes.unicode_minus": True,
    }
