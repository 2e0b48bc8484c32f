"""Records of trials: few members in the archive, and the same arrays out of it."""

import os
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps.storage import npz, records
from sweeps.training.task import Outcome

RNG = np.random.default_rng(0)
KEY = {"study": "s", "params": {"l2": 0.1}}


def outcome(number: int = 0) -> Outcome:
    return Outcome(
        number,
        "complete",
        (0.5,),
        curves={
            "epoch": np.arange(4),
            "updates": np.arange(4) * 10,
            "seconds": RNG.random(4),
            "dev_loss": RNG.random((4, 3)),
            "train_loss": RNG.random((4, 3)),
            "diverged": RNG.random((4, 3)) < 0.5,
        },
        reports=RNG.random(4),
        each=RNG.random((4, 3)),
        final={name: RNG.random(3) for name in ("dev_loss", "dev_error", "train_loss")},
        arrays={"gone": np.zeros(3, bool), "dev_outputs": RNG.random((3, 5, 2), np.float32)},
    )


def same(one: Outcome, other: Outcome) -> None:
    assert one.values == other.values
    for group in ("curves", "final", "arrays"):
        arrays, others = getattr(one, group), getattr(other, group)
        assert arrays.keys() == others.keys()
        for name, array in arrays.items():
            assert array.dtype == others[name].dtype
            np.testing.assert_array_equal(array, others[name])
    np.testing.assert_array_equal(one.each, other.each)
    np.testing.assert_array_equal(one.reports, other.reports)


def test_a_record_is_what_was_written_and_a_few_members(tmp_path: Path) -> None:
    path, written = tmp_path / "trial.npz", outcome()
    records.write([(path, written, KEY)])
    found = records.read(path, KEY)
    assert found is not None
    same(found, written)
    with np.load(path) as file:
        assert len(file.files) == 8
    assert set(npz.load(path, "final/")) == {f"final/{name}" for name in written.final}


def test_a_record_with_a_member_for_each_array_is_read(tmp_path: Path) -> None:
    """As earlier versions wrote it."""
    path, written = tmp_path / "trial.npz", outcome()
    np.savez(path, **records._arrays(written, KEY))
    found = records.read(path, KEY)
    assert found is not None
    same(found, written)


def test_records_that_are_written_together_sync_their_folder_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Any] = []
    fsync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda f: (synced.append(os.readlink(f"/proc/self/fd/{f}")), fsync(f))
    )
    paths = [tmp_path / f"{number}.npz" for number in range(3)]
    records.write((path, outcome(number), KEY) for number, path in enumerate(paths))
    names = [re.sub(r"\.[0-9a-f]{16}\.part$", ".part", Path(name).name) for name in synced]
    assert names == [*(f".{path.name}.part" for path in paths), tmp_path.name]
    assert sorted(tmp_path.iterdir()) == paths


@pytest.mark.parametrize("member", ["reports", "each,reports"])
def test_a_member_that_is_no_array_is_refused(tmp_path: Path, member: str) -> None:
    path = tmp_path / "trial.npz"
    arrays = records._arrays(outcome(), KEY)
    np.savez(path, **{name: array for name, array in arrays.items() if name not in member})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, b"56")
    assert records.read(path, KEY) is None
