"""The notebooks of docs/notebooks/: runs them, and keeps of their outputs what is small and stays.

`python -m tests.notebooks` runs each anew and keeps it in its place; `--to FOLDER` elsewhere.
"""

import argparse
import base64
import io
import re
import tempfile
from pathlib import Path
from typing import Any

from tests.pages import DOCS

NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))
COLOURS = 64  # of a picture
# The page itself, and the lines of a run, which tell of seconds.
FOLDED = re.compile(
    r"<details><summary>(The whole page|What the run said)</summary>.*?</details>", re.S
)


def executed(path: Path, seconds: int = 120) -> Any:
    """The notebook, run from the top in an empty folder. Errors: CellExecutionError."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=seconds,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": folder}},
        )
        client.execute()
    return notebook


def tidied(notebook: Any) -> Any:
    """The same, without what differs from run to run, and with small pictures."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells, 1):
        cell["id"], cell["metadata"] = f"cell-{number}", {}
        for output in cell.get("outputs", []):
            output["metadata"] = {} if "metadata" in output else output.get("metadata")
            data = output.get("data", {})
            if "text/html" in data:
                data["text/html"] = FOLDED.sub("", data["text/html"])
            if "image/png" in data:
                data["image/png"] = _smaller(data["image/png"])
    return notebook


def _smaller(encoded: str) -> str:
    from PIL import Image

    image = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    small = io.BytesIO()
    image.quantize(COLOURS).save(small, "png", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def main() -> None:
    """Run each that is named, or all."""
    import nbformat

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, default=NOTEBOOKS)
    parser.add_argument("--to", type=Path, help="a folder, instead of their own")
    given = parser.parse_args()
    for path in given.notebooks:
        kept = (given.to or path.parent) / path.name
        nbformat.write(tidied(executed(path)), kept)
        print(kept)


if __name__ == "__main__":
    main()
