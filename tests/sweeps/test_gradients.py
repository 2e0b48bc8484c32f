"""`sweeps gradcheck` as a user meets it."""

from pathlib import Path

import pytest

from tests.sweeps.helpers import study, sweeps


def test_it_passes_and_says_what_was_checked(tmp_path: Path) -> None:
    path = str(study(tmp_path))
    done = sweeps("gradcheck", path, cwd=tmp_path, module="sweeps")
    lines = done.stdout.splitlines()
    assert lines[-1].startswith("passed")
    assert "<= 2e-07" in lines[-1]
    blocks = [line.split()[0] for line in lines if line[:1] in "Wb" and line[1:2].isdigit()]
    assert blocks == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    "change",
    [
        ("fixed.batch_norm=true", "fixed.activation=tanh"),
        ("fixed.keep_prob=0.7", "fixed.l2=0.5"),
        ("fixed.hidden=[]",),
        ("fixed.label_smoothing=0.2", "fixed.class_weights=[1, 5]"),
        ("data.source=sklearn:diabetes", "data.options={}", "fixed.loss={huber: {delta: 0.3}}"),
    ],
)
def test_other_networks_pass_too(tmp_path: Path, change: tuple[str, ...]) -> None:
    options = [word for text in change for word in ("--set", text)]
    done = sweeps("gradcheck", str(study(tmp_path)), *options, cwd=tmp_path, module="sweeps")
    assert "passed" in done.stdout
    assert ("fixed masks" in done.stdout) == ("fixed.keep_prob=0.7" in change)


def test_its_v_is_drawn(tmp_path: Path) -> None:
    path = str(study(tmp_path))
    done = sweeps("gradcheck", path, "--figure", "v.svg", cwd=tmp_path, module="sweeps")
    assert "figure    v.svg" in done.stdout
    drawn = (tmp_path / "v.svg").read_text()
    for word in ("W1", "b3", "passes up to 2e-7", "1e-12"):
        assert word in drawn


def test_a_planted_fault_fails_it(tmp_path: Path) -> None:
    options = ("--fault", "W1=2", "--against-epsilon")
    done = sweeps(
        "gradcheck", str(study(tmp_path)), *options, cwd=tmp_path, module="sweeps", code=1
    )
    assert done.stdout.splitlines()[-1].startswith("failed")
    assert "the gradient of W1 is multiplied by 2" in done.stdout
    assert sum(line.startswith("1e-") for line in done.stdout.splitlines()) == 11
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--fault", "w1=2"),
            "--fault: expected a known block, got 'w1' (did you mean 'W1'?)",
        ),
        (("--fault", "W1"), "--fault: expected BLOCK=factor, like W1=2, got 'W1'"),
        (("--fault", "W1=1e"), "--fault: expected BLOCK=factor, like W1=2, got 'W1=1e'"),
        (
            ("--figure", "v.jpg"),
            "--figure: expected a file name in one of .svg, .pdf, .png, got 'v.jpg'",
        ),
        (("--epsilon", "0"), "--epsilon: expected a number from 1e-14 to 1, got 0"),
    ],
)
def test_bad_input(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    done = sweeps(
        "gradcheck", str(study(tmp_path)), *options, cwd=tmp_path, module="sweeps", code=2
    )
    assert done.stderr.strip() == message
