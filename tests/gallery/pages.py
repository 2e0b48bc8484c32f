"""The table of studies in README, and the gallery's page: both from the kept answers."""

import re
from pathlib import Path

import studies
from sweeps.study.file.documents import read
from tests.gallery.answers import FOLDER, Answer

ROOT = Path(__file__).parents[2]
README, INDEX = ROOT / "README.md", FOLDER / "index.md"
START, END = "<!-- python -m tests.gallery writes this table -->\n", "<!-- end of the table -->\n"
NOT_RUN = "not run for this table"
HEAD = """# Gallery

What the shipped studies ask, and what each answered. `make gallery` runs those that need nothing
(some minutes) and puts their reports into `docs/gallery/reports/`;
`python -m tests.gallery --from runs` takes finished runs instead.
Where no figure stands, none has been drawn yet.
"""


def names() -> list[str]:
    """Of the studies that ship, the first to try first."""
    found = sorted(path.stem for path in Path(studies.__file__).parent.glob("*.yaml"))
    return sorted(found, key=lambda name: name != "quickstart")


def question(name: str) -> str:
    """The description in the study's file."""
    return _said(name, "description")


def study_name(name: str) -> str:
    """What the study of a file calls itself, and so its run folder."""
    return _said(name, "name")


def _said(name: str, key: str) -> str:
    return " ".join(str(read(studies.path(name)).values[key]).split())


def thumbnail(name: str) -> Path:
    """Where a study's picture is, if it was drawn."""
    return FOLDER / f"{name}.svg"


def table(answers: dict[str, Answer]) -> str:
    """README's: a row a study."""
    rows = ["| study | question | seconds | answer |", "|---|---|---|---|"]
    for name in names():
        known = answers.get(name)
        words = _cell(_short(known.answer) if known else NOT_RUN)
        asked = _cell(question(name)) + _small(name)
        rows.append(f"| `{name}` | {asked} | {_seconds(known)} | {words} |")
    return "\n".join(rows) + "\n"


def index(answers: dict[str, Answer]) -> str:
    """The gallery's page: a section a study."""
    parts = [HEAD]
    for name in names():
        known = answers.get(name)
        lines = [f"## {name}\n", f"**{question(name)}**\n"]
        lines.append(f"{known.answer if known else NOT_RUN.capitalize() + '.'}\n")
        if thumbnail(name).is_file():
            lines.append(f"![The figure of the answer of {name}]({name}.svg)\n")
        time = f" It took {_seconds(known)} s of the processor." if known and known.seconds else ""
        lines.append(f"`sweeps run {name}`.{time}\n")
        parts.append("\n".join(lines))
    return "\n".join(parts)


def write(answers: dict[str, Answer]) -> None:
    """Both pages. Errors: ValueError where README lacks the table's two marks."""
    text = README.read_text()
    before, found, rest = text.partition(START)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        raise ValueError(f"README.md: expected the lines {START.strip()} and {END.strip()}")
    README.write_text(f"{before}{START}{table(answers)}{END}{after}")
    INDEX.write_text(index(answers))


def _short(words: str) -> str:
    """Without long lists of what is worse, which the gallery has."""
    return re.sub(r"; worse: [^.]{80,}?(?=\. What limits|\.$)", "; the others are worse", words)


def _small(name: str) -> str:
    """Below a question, whose words keep a column for it."""
    if not thumbnail(name).is_file():
        return ""
    path = thumbnail(name).relative_to(ROOT)
    return f'<br>[<img src="{path}" width="200" alt="The figure of {name}\'s answer">]({path})'


def _seconds(known: Answer | None) -> str:
    return f"{known.seconds:.0f}" if known and known.seconds else "\N{EN DASH}"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")
