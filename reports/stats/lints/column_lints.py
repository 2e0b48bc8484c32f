"""What a study may miss by the columns that it leaves out."""

from collections.abc import Iterator

from reports import text
from reports.frames import Run
from reports.stats.lints.findings import NOTE, Lint

MOST = 6  # that are named


def numbers_left_out(run: Run) -> Iterator[Lint]:
    """Columns of numbers are no inputs because the study says so."""
    found = dict(run.provenance["data"].get("numbers_left_out") or {})  # older runs do not say
    if not found:
        return
    named = [f"'{name}'" + f" ({why})" * bool(why) for name, why in list(found.items())[:MOST]]
    if len(found) > MOST:
        named.append(f"{len(found) - MOST} more")
    is_one = len(found) == 1
    yield Lint(
        "numbers left out",
        NOTE,
        f"{'A column' if is_one else 'Columns'} of numbers {'is' if is_one else 'are'} no input: "
        f"{text.listing(named)}.",
        f"If {'it is' if is_one else 'they are'} known before the target is, take "
        f"{'it' if is_one else 'them'} out of data.ignore; data.missing makes gaps of texts.",
        "provenance",
    )
