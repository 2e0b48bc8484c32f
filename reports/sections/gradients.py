"""The gradient check of a study's own training function, against the step of its differences."""

from collections.abc import Iterator

from reports import text
from reports.figures import gradient_check as figures
from reports.frames import Run
from reports.sections.blocks import Block, Paragraphs, Plot, Section, section


def gradients(run: Run) -> Section | None:
    """None of a study that has no such check."""
    found = run.provenance.get("gradient_check")  # not there in a run of an earlier version
    if not found:
        return None
    return section("gradients", "Is the gradient right?", _blocks(found))


def _blocks(found: dict[str, object]) -> Iterator[Block]:
    steps, mark = found["epsilons"], found["pass_mark"]
    each = found["differences"]
    assert isinstance(steps, list)
    assert isinstance(mark, float)
    assert isinstance(each, dict)
    least = {name: min(values) for name, values in each.items()}
    passed = [name for name, x in least.items() if x <= mark]
    failed = [name for name in least if name not in passed]
    said = []
    if passed:
        largest = max(least[name] for name in passed)
        said.append(
            f"Passed: {text.listing(passed)} (at best {text.number(largest, 2)} from differences; "
            f"up to {text.number(mark)} passes)."
        )
    if failed:
        said.append(f"Not passed, whatever the step: {text.listing(failed)}.")
    yield Paragraphs((" ".join(said),))
    yield Plot(figures.against_step(steps, each, mark))
