"""The pages that users read: README and `docs/`."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference.md"
PAGES = [README, *sorted(DOCS.rglob("*.md"))]
