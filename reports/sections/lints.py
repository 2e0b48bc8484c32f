"""Can this study be trusted: the findings of the lints, each with its remedy."""

from reports.frames import Run
from reports.sections.blocks import Findings, Paragraphs, Section, section
from reports.stats.lints import all_lints


def lints(run: Run) -> Section:
    """What the lints found; that they found nothing is said too."""
    found = all_lints.lints(run)
    if not found:
        words = f"None of the {len(all_lints.LINTS)} checks of the study found a fault."
        return section("findings", "Findings about the study", [Paragraphs((words,))])
    return section("findings", "Findings about the study", [Findings(found)])
