"""The sections of the page, in the order in which a reader asks. Add one: write it, name it here.

What of them is folded is said in `reports.folded`.

A section is a function Run -> Section; one without anything to say returns None.
"""

from collections.abc import Callable

from reports.frames import Run
from reports.sections.arms import arms
from reports.sections.blocks import Section
from reports.sections.classes import classes
from reports.sections.confirmed import confirmed, optimism
from reports.sections.constraints import constraints
from reports.sections.curves import curves
from reports.sections.decomposition import decomposition
from reports.sections.gradients import gradients
from reports.sections.growth import growth
from reports.sections.learned.section import learned
from reports.sections.ledger import ledger
from reports.sections.lints import lints
from reports.sections.methods import methods
from reports.sections.pareto import pareto
from reports.sections.procedure import outer
from reports.sections.provenance import provenance
from reports.sections.recommendation import recommendation
from reports.sections.runs import runs
from reports.sections.search import search
from reports.sections.sensitivity import sensitivity
from reports.sections.speed import speed
from reports.sections.verdict import verdict

Make = Callable[[Run], Section | None]

# What the contents call a group of sections, and the sections in it.
CHAPTERS: tuple[tuple[str, tuple[Make, ...]], ...] = (
    ("Which setting", (arms, gradients, confirmed, outer, pareto, constraints)),
    ("What it learned", (learned, classes)),
    ("What limits it", (ledger, decomposition, growth)),
    ("Training and search", (speed, curves, search, sensitivity, optimism)),
    ("Details", (lints, verdict, runs, methods, provenance)),
)
SECTIONS: tuple[Make, ...] = (recommendation, *(make for _, each in CHAPTERS for make in each))
