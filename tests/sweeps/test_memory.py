"""Networks that cannot fit into the machine's memory are refused before anything is trained."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sweeps.base.errors import Expected, UserError
from sweeps.data import Dataset
from sweeps.data.source import room
from sweeps.phases import memory
from sweeps.phases.prepare import prepare
from sweeps.study.file.documents import Document
from sweeps.study.spec import Study
from tests.sweeps.helpers import TEXT


def prepared(hidden: Any, **changes: Any) -> tuple[Study, Dataset]:
    """The small study with other hidden layers; a mapping is searched."""
    content = YAML(typ="safe", pure=True).load(TEXT) | changes
    searched = isinstance(hidden, dict)
    del content["fixed"]["hidden"]
    content["space" if searched else "fixed"]["hidden"] = hidden
    return prepare(Document(content, {}, "study"), Path(), [])


def test_room_is_for_parameters_gradient_and_state_of_all_replicates() -> None:
    study, dataset = prepared([100, 50])
    parameters = 2 * 100 + 100 + 100 * 50 + 50 + 50 + 1
    dearest = 3 * parameters * (2 + 2) * 4  # of 3 replicates in float32; Adam has two states
    memory.expect_room(study, dataset, dearest)
    with pytest.raises(Expected, match=f"got 3 of {parameters:,} parameters each") as caught:
        memory.expect_room(study, dataset, dearest - 1)
    assert caught.value.at == "fixed.hidden"


def test_the_largest_that_is_searched_counts() -> None:
    with pytest.raises(UserError) as caught:
        prepared({"depth": [1, 3], "width": {"low": 4, "high": 100_000}})
    said = str(caught.value)
    assert said.startswith("study: space.hidden: expected networks that fit into this machine's ")
    assert said.endswith(" GB in training")


def test_what_the_rules_forbid_needs_no_room() -> None:
    hidden = {"depth": [1, 2], "width": [8, 100_000]}
    with pytest.raises(UserError, match="expected networks that fit"):
        prepared(hidden)
    prepared(hidden, constraints=["hidden.width < 100"])


def test_of_a_clusters_workers_nothing_is_known() -> None:
    engine = {"name": "dask", "address": "tcp://127.0.0.1:1"}
    prepared([100_000, 100_000], engine=engine)


def test_a_worker_has_copies_of_the_rows_on_other_scales_alone() -> None:
    content = YAML(typ="safe", pure=True).load(TEXT)
    content["space"]["inputs"] = ["standardize", "quantile"]
    study, dataset = prepare(Document(content, {}, "study"), Path(), [])
    sets = (dataset, dataset.resampled, dataset.folded)
    shared = sum(rows.x.nbytes for one in sets if one for rows in one.parts.values())
    own = sum(rows.x.nbytes for rows in dataset.for_search.parts.values())
    with pytest.raises(Expected, match=r"what a worker scales \(copies: 1\)") as caught:
        memory.expect_room(study, dataset, shared + own - 1)
    assert caught.value.at.startswith("space.inputs")


@pytest.mark.parametrize(
    ("limit", "is_refused"), [("16000000\n", True), ("20000000\n", False), ("max\n", False)]
)
def test_a_table_is_held_against_the_limit_of_a_container(
    limit: str, is_refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "memory.max").write_text(limit)
    (tmp_path / "memory.stat").write_text("anon 2000000\nfile 900000000\n")
    monkeypatch.setattr(room, "GROUP", tmp_path)
    if is_refused:
        with pytest.raises(MemoryError, match=r"1,000 rows × 1,000 columns, 0\.0 GB"):
            room.expect(1000, 1000)
    else:
        room.expect(1000, 1000)  # 8 MB, not more than half of the 18 that are left
