"""MkDocs' hook: each notebook here is a page of the site, with the outputs that it keeps.

Nothing is run, and nothing but JSON is read: `python -m tests.notebooks` runs them.
"""

import html
import json
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

SUFFIX = ".ipynb"
LINK = re.compile(r"\]\(([^)\s]+)\.ipynb\)")


def on_files(files: Files, config: Any) -> Files:
    """Beside each notebook, which can be downloaded, its page."""
    for file in [one for one in files if one.src_uri.endswith(SUFFIX)]:
        text = as_markdown(json.loads(Path(file.abs_src_path).read_text(encoding="utf-8")))
        here = f"*A [notebook]({Path(file.src_uri).name}), as it ran.*"
        title, _, rest = text.partition("\n")
        page = file.src_uri.removesuffix(SUFFIX) + ".md"
        files.append(File.generated(config, page, content=f"{title}\n\n{here}\n{rest}"))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """A link to a notebook leads to its page, but for the notebook's own."""
    is_one = page.file.src_uri.startswith("notebooks/")
    return markdown if is_one else LINK.sub(r"](\1.md)", markdown)


def as_markdown(notebook: dict[str, Any]) -> str:
    """Its cells one after the other."""
    return "\n\n".join(_cell(cell) for cell in notebook["cells"]) + "\n"


def _cell(cell: dict[str, Any]) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return source
    outputs = [_output(output) for output in cell["outputs"]]
    return "\n\n".join([f"```python\n{source}\n```", *outputs])


def _output(output: dict[str, Any]) -> str:
    """The richest of its kinds that a page can show."""
    data = {kind: "".join(text) for kind, text in output.get("data", {}).items()}
    plain = data.get("text/plain", "".join(output.get("text", "")))
    if "image/png" in data:
        source = f"data:image/png;base64,{data['image/png'].strip()}"
        return f'<img alt="{html.escape(plain)}" src="{source}">'
    if "text/html" in data:
        inner = re.sub(r"\n\s*\n", "\n", data["text/html"])
        return f'<div style="overflow-x:auto">{inner}</div>'
    return f"```text\n{plain.rstrip()}\n```"
