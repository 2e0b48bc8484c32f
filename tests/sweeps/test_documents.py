"""YAML 1.2 with places: what is read, and what is refused."""

from pathlib import Path

import pytest

from sweeps.base.errors import UserError
from sweeps.study.file.documents import parse, read


def faults(text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        parse(text, "s.yaml")
    return str(caught.value).splitlines()


def test_scalars_are_those_of_yaml_1_2() -> None:
    text = "[1e-4, no, Yes, 12:30:45, 0o17, 0x1f, 1_000, .inf, ~, true, '1', 2021-01-01, 010]"
    assert parse(f"a: {text}", "s").values["a"] == [
        *(1e-4, "no", "Yes", "12:30:45", 15, 31, 1000, float("inf"), None, True, "1"),
        *("2021-01-01", 10),
    ]


def test_every_key_has_its_line() -> None:
    document = parse("a: 1\nb:\n  c: 2\n  d:\n    - 3\n    - 4\n", "s.yaml")
    assert document.where("b.c") == "s.yaml:3"
    assert document.where("b.d.1") == "s.yaml:6"
    assert document.where("b.d.9.x") == "s.yaml:4"  # the nearest thing around it
    assert document.where("nowhere") == "s.yaml:1"


def test_all_duplicate_keys_are_reported() -> None:
    assert faults("a: 1\nb: {c: 1, c: 2}\na: 3\n") == [
        "s.yaml:2: b.c: expected each key once, got it on line 2 twice (keep one of them)",
        "s.yaml:3: a: expected each key once, got it on lines 1 and 3 (keep one of them)",
    ]
    assert faults("c: {d: 1}\nc: {e: 2}\n") == [
        "s.yaml:2: c: expected each key once, got it on lines 1 and 2 (write both into one c:)"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b: c", "s.yaml:1: expected YAML, got: mapping values are not allowed here"),
        ("a: [1, 2", "s.yaml:1: expected YAML, got: expected ',' or ']', but got '<stream end>'"),
        ("", "s.yaml: expected a mapping (name: …, data: …), got an empty file"),
        ("- a", "s.yaml: expected a mapping (name: …, data: …), got a list"),
        ("a", "s.yaml: expected a mapping (name: …, data: …), got a single value"),
        ("a: !!python/object:os.system x", "s.yaml:1: a: expected plain YAML, got the tag "),
        (
            "a: 0x" + "f" * 5000,
            "s.yaml:1: a: expected plain YAML, got the tag tag:yaml.org,2002:int",
        ),
        ("a: " + "9" * 5000, "s.yaml:1: a: expected plain YAML, got the tag tag:yaml.org,2002:int"),
        ("a: !!bool maybe", "s.yaml:1: a: expected plain YAML, got the tag tag:yaml.org,2002:bool"),
        ('a: "\\ud800"', "s.yaml:1: a: expected plain YAML, got the tag tag:yaml.org,2002:str"),
        ('"\\ud800": a', "s.yaml:1: expected names of text, got '\N{REPLACEMENT CHARACTER}'"),
        ('a: "\\UFFFFFFFF"', "s.yaml: expected YAML, got: "),
        ('a: "\\U00110000"', "s.yaml: expected YAML, got: "),
        ("a: 1\n{b: c}: d", "s.yaml:2: expected names as keys, got a mapping"),
    ],
)
def test_what_is_no_study(text: str, message: str) -> None:
    assert faults(text)[0].startswith(message)


def test_aliases_cannot_grow_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert faults("\n".join(lines)) == ["s.yaml: expected at most 100,000 values, got more"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "there.yaml").write_text("a: 1")
    with pytest.raises(UserError, match=r"got no such file \(there are: there.yaml\)"):
        read(tmp_path / "gone.yaml")
    # A name alone is that of a study that ships.
    with pytest.raises(UserError, match=r"got no such file \(did you mean 'optimizers'"):
        read(Path("optimisers"))
    with pytest.raises(UserError, match="expected a regular file, got a folder"):
        read(tmp_path)
    (tmp_path / "latin.yaml").write_bytes("a: é".encode("latin-1"))
    with pytest.raises(UserError, match="expected UTF-8 text, got byte 3"):
        read(tmp_path / "latin.yaml")
    (tmp_path / "huge.yaml").write_bytes(b"a: " + b"x" * 1_000_001)
    with pytest.raises(UserError, match="expected at most 1,000,000 bytes, got 1,000,004"):
        read(tmp_path / "huge.yaml")
