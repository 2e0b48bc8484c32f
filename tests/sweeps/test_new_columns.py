"""What `sweeps new` makes of single columns: texts among numbers, codes, places; kept with why."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sweeps
from sweeps.base.errors import UserError
from sweeps.commands.work import new
from sweeps.data.cell import wrong_texts
from sweeps.data.column import column_faults
from sweeps.phases.prepare import prepare
from sweeps.results.resolved import study_yaml
from sweeps.results.short_study import shortened
from sweeps.study.file.documents import parse, read
from tests.sweeps.helpers import sweeps as command

ROWS = 200
BLOOD = [f"{1 + n / 10:.1f}" for n in range(ROWS)]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(**columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=ROWS), "b": ["x", "z"] * 100} | columns)
    frame = frame.assign(y=(frame["a"] > 0).map({True: "good", False: "bad"}))
    frame.to_csv("t.csv", index=False)
    return frame


def texts(*cells: str) -> list[str]:
    return [*cells, *BLOOD[len(cells) :]]


def test_few_texts_among_numbers_are_proposed_as_gaps(here: Path) -> None:
    table(crp=texts("n.d.", "n.d.", 'lost: "?"', "<0.1"))
    out = command("new", "t", "--data", "t.csv", "--target", "y", cwd=here, module="sweeps").stdout
    assert "gaps in 'crp': 'n.d.' in 2 cells, 'lost: \"?\"' in 1 (data.missing)\n" in out
    assert "crp: 'n.d.' in 2 cells" in Path("t.yaml").read_text()
    study, data = prepare(read(Path("t.yaml")), here, [])
    assert study.data.missing == ("n.d.", 'lost: "?"')
    assert data.encoder.inputs[-2:] == ["crp", "crp is missing"]


@pytest.mark.parametrize(
    ("crp", "words"),
    [
        (texts(*(f"text {n}" for n in range(10))), 10),
        (texts(*(f"text {n % 11}" for n in range(11))), 0),
        (texts(*["n.d."] * 10), 1),
        (texts(*["n.d."] * 100), 1),
        (texts(*["none", "nil", "TBD"] * 10), 3),
        (texts(*["none", "nil", "TBD", "lost"] * 10), 0),
        (["unknown"] * 30 + [str(n % 11) for n in range(170)], 1),
        (["unknown"] * 30 + [str(n % 10) for n in range(170)], 0),
        (["unknown"] * 30 + [f"0{n % 40}" for n in range(170)], 0),
        (texts(*["12A"] * 30), 0),
        (texts("x"), 0),
    ],
    ids=[
        "ten texts",
        "more",
        "5 %",
        "half",
        "three words",
        "four words",
        "eleven numbers",
        "ten numbers",
        "codes",
        "no word",
        "a word of another column",
    ],
)
def test_how_many_texts_may_be_gaps(here: Path, crp: list[str], words: int) -> None:
    table(crp=crp)
    made = new.create("t", "t.csv", "y")
    assert len(made.columns.gaps.get("crp", ())) == words
    assert words or "crp" in {**made.columns.ignored, **made.columns.words}


def test_what_is_refused_names_every_way_out(here: Path) -> None:
    few = [str(n % 7) for n in range(ROWS - 2)]
    table(crp=texts("n.d."), size=["large", "large", *few])
    Path("t.yaml").write_text("name: t\ndata: {source: t.csv, target: y}\nspace: {}\n")
    with pytest.raises(UserError) as caught:
        prepare(read(Path("t.yaml")), here, [])
    crp, size = str(caught.value).splitlines()
    gaps = 'data.missing: ["n.d."] reads them as gaps, or add it to data.ignore)'
    assert crp.endswith(f"got text in 1 of 200, first 'n.d.' in line 2 ({gaps}")
    assert size.endswith(
        '(data.missing: ["large"] reads them as gaps, data.columns: {size: category} reads all '
        "as words, or add it to data.ignore)"
    )
    ways = ["data.missing=[n.d., large]", "data.columns={size: category}", "data.ignore=[crp]"]
    over = [[ways[0]], [ways[1], ways[2]]]
    assert [prepare(read(Path("t.yaml")), here, one)[1].facts["columns"] for one in over] == [4, 3]


def test_a_repeated_word_among_numbers_is_said_to_be_a_gap(here: Path) -> None:
    age = ["TBD"] * 60 + [str(20 + n % 30) for n in range(140)]
    table(crp=[*BLOOD[20:], *["unknown"] * 20], age=age)
    Path("t.yaml").write_text("name: t\ndata: {source: t.csv, target: y}\nspace: {}\n")
    with pytest.raises(UserError) as caught:
        prepare(read(Path("t.yaml")), here, [])
    told = "got text in 20 of 200, first 'unknown' in line 182 (data.missing: [\"unknown\"]"
    assert f"{told} reads them as gaps, or add it to data.ignore)" in str(caught.value)
    _, data = prepare(read(Path("t.yaml")), here, ["data.missing=[unknown]"])
    told = "'TBD' in 60 rows is no number: read as categories (data.missing: [\"TBD\"]"
    assert data.facts["unclear"]["age"].startswith(told)
    commas = [cell.replace(".", ",") for cell in BLOOD[20:]]
    fault = column_faults.of(pd.Series([*commas, *["unknown"] * 20]), None)
    assert fault is not None
    assert fault.endswith("(set data.decimal: ',', or add it to data.ignore)")
    new.create("n", "t.csv", "y")
    text = Path("n.yaml").read_text()
    assert "crp: 'unknown' in 20 cells; age: 'TBD' in 60 cells" in text
    _, data = prepare(read(Path("n.yaml")), here, [])
    assert data.encoder.inputs[-4:] == ["crp", "crp is missing", "age", "age is missing"]


def test_codes_beside_numbers_are_no_gaps(here: Path) -> None:
    table(station=[str(1000 + n) for n in range(ROWS - 5)] + [f"c{n}" for n in range(100, 105)])
    made = new.create("t", "t.csv", "y")
    assert made.columns.gaps == {}
    assert made.columns.ignored["station"].startswith("expected a number in every row, got text")


def test_ranks_are_inputs_and_one_shuffled_count_is_an_index(here: Path) -> None:
    rng = np.random.default_rng(1)
    ranks = {name: rng.permutation(ROWS) + 1 for name in ("wealth", "crime")}
    table(**ranks)
    made = new.create("two", "t.csv", "y")
    assert (list(made.columns.numbers), made.columns.ignored) == (["wealth", "crime"], {})
    _, data = prepare(read(Path("two.yaml")), here, [])
    assert {"wealth", "crime"} <= set(data.encoder.inputs)
    table(wealth=ranks["wealth"], copy=ranks["wealth"] + 5)
    assert list(new.create("one", "t.csv", "y").columns.ignored) == ["wealth", "copy"]


def test_the_one_column_is_an_input_though_it_counts_the_rows(here: Path) -> None:
    years = pd.DataFrame({"year": range(1871, 1931), "flow": np.sin(np.arange(60))})
    years.to_csv("t.csv")
    made = new.create("t", "t.csv", "flow")
    assert (list(made.columns.numbers), list(made.columns.ignored)) == (["year"], ["Unnamed: 0"])
    assert prepare(read(Path("t.yaml")), here, [])[1].encoder.inputs == ["year"]
    years[["flow"]].to_csv("t.csv")
    with pytest.raises(
        UserError, match="saved; add columns, as of values of rows before, or name another"
    ):
        new.create("none", "t.csv", "flow")


def test_what_is_another_in_every_row_is_left_out_where_it_is_no_measure(here: Path) -> None:
    """Words, and numbers without a name as R's "12.3"; few enough words would be categories."""
    rng = np.random.default_rng(0)
    few = pd.DataFrame({"y": rng.normal(size=40), "a": rng.normal(size=40)})
    states = [f"state {n}" for n in range(40)]
    few = few.assign(state=states, nearly=[*states[:38], "x", "x"], half=states[:20] * 2)
    few.set_index(np.arange(40) / 10 + 1).to_csv("t.csv")
    assert list(new.create("t", "t.csv", "y").columns.ignored) == ["Unnamed: 0", "state", "nearly"]


def test_many_rare_words_are_read_by_the_target(here: Path) -> None:
    frame = pd.concat([table(country=[f"country {n}" for n in range(ROWS)])] * 6)
    frame.to_csv("t.csv", index=False)
    made = new.create("t", "t.csv", "y")
    assert made.columns.rare == {"country": "200 of 200 words are rare"}
    study, data = prepare(read(Path("t.yaml")), here, [])
    assert study.data.words == "target"
    assert "country" in {one["name"] for one in data.facts["column_table"] if one["inputs"] == 1}


def test_an_index_that_was_saved_twice_is_left_out(here: Path) -> None:
    table().to_csv("t.csv")
    pd.read_csv("t.csv").to_csv("t.csv")
    assert list(new.create("t", "t.csv", "y").columns.ignored) == ["Unnamed: 0.1", "Unnamed: 0"]
    assert prepare(read(Path("t.yaml")), here, [])[1].facts["columns"] == 2


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
def test_a_column_may_be_called_self(here: Path, form: str) -> None:
    frame = table(self=["yes", "No "] * 100, codes=["01", "02"] * 100)
    kind = {"csv": frame.to_csv, "parquet": frame.to_parquet}
    if form == "jsonl":
        frame.to_json("t.jsonl", orient="records", lines=True)
    else:
        kind[form](f"t.{form}", index=False)
    made = new.create("t", f"t.{form}", "y")
    assert made.columns.ignored == {}


@pytest.mark.parametrize(("word", "kept"), [("unknown", True), ("none", False)])
def test_what_means_unknown_is_a_gap_of_words_too(here: Path, word: str, kept: bool) -> None:
    table(crp=texts(*[word] * 20), job=[word, "nurse", "cook", "smith"] * 50)
    made = new.create("t", "t.csv", "y")
    gaps = {"crp": {word: 20}, "job": {word: 50}} if kept else {}
    assert made.columns.gaps == gaps
    assert ("crp" in made.columns.ignored) != kept
    _, data = prepare(read(Path("t.yaml")), here, [])
    assert len([one for one in data.encoder.inputs if one.startswith("job")]) == 4


def test_most_cells_are_no_gaps() -> None:
    half, most = (pd.Series(texts(*["n.d."] * count)) for count in (100, 101))
    assert wrong_texts.among_numbers(half) == {"n.d.": 100}
    assert not wrong_texts.among_numbers(most)
    blanks = ["none", "none ", " none", " none "]  # one word
    assert len(wrong_texts.among_numbers(pd.Series(texts(*blanks * 9)))) == 4


def test_codes_are_categories_where_they_come_back(here: Path) -> None:
    codes = ["06108", "04109", "10115", "99084"]
    every = {"postcode": [*codes] * 50, "serial": [f"{n // 3:05}" for n in range(ROWS)]}
    table(**every)
    made = new.create("t", "t.csv", "y")
    assert made.columns.codes == {"postcode": "codes, with zeros in front, as '06108'"}
    why = "67 values in 200 rows, too few rows of each to learn from"
    assert made.columns.ignored == {"serial": f"codes, with zeros in front, as '00000': {why}"}
    rows = {row["name"]: row for row in made.facts["column_table"]}
    assert [rows[name]["example"] for name in every] == ["06108", "00000"]
    _, data = prepare(read(Path("t.yaml")), here, [])
    assert data.encoder.inputs[3:] == [f"postcode = {code}" for code in sorted(codes)]


@pytest.mark.parametrize(
    ("name", "values", "is_told"),
    [
        ("clinic", list("ABCDE"), True),
        ("Site_ID", [3, 4, 5, 6], True),
        ("batch", [1.5, 2.5, 3.5], False),
        ("school", list(range(50)), False),
        ("clinic", ["A", "B"], False),
        ("colour", list("ABCDE"), False),
    ],
)
def test_places_are_named_as_groups(
    here: Path, name: str, values: list[Any], is_told: bool
) -> None:
    table(**{name: (values * ROWS)[:ROWS]})
    made = new.create("t", "t.csv", "y")
    told = f"# group: {name}  # {len(values)} values in 200 rows: all rows of one"
    assert (told in Path("t.yaml").read_text()) == is_told
    assert (name in made.columns.groups) == is_told


def test_whose_rows_they_are_goes_before_where(here: Path) -> None:
    table(clinic=list("ABCDE") * 40, patient=[f"P{n // 4}" for n in range(ROWS)])
    new.create("t", "t.csv", "y")
    assert "# group: patient  #" in Path("t.yaml").read_text()


def test_codes_of_places_are_one_or_the_other(here: Path) -> None:
    table(clinic_id=["01", "02", "03", "04"] * 50)
    new.create("t", "t.csv", "y")
    text = Path("t.yaml").read_text()
    (line,) = (line for line in text.splitlines() if "# group: clinic_id" in line)
    assert "4 values in 200 rows, to be taken out of columns above then: all rows" in line


WHY = """\
name: t
data: {source: t.csv, target: y, ignore: {b: measured later, crp: "of another lab: not known"}}
space: {learning_rate: [0.01]}
fixed: {hidden: [], epochs: 1}
replicates: 2
"""


def test_why_a_column_is_ignored_is_kept(here: Path) -> None:
    table(crp=texts("n.d."), when=["3", "4"] * 100)
    Path("t.yaml").write_text(WHY)
    study, data = prepare(read(Path("t.yaml")), here, [])
    rows = {row["name"]: row["remark"] for row in data.facts["column_table"]}
    assert (rows["b"], rows["crp"]) == ("measured later", "of another lab: not known")
    assert data.facts["numbers_left_out"] == {"crp": "of another lab: not known"}
    written = parse(study_yaml(study, here, here), "study.yaml").values
    for values in (written, shortened(written)):  # in the run folder; as `sweeps next` has it
        assert values["data"]["ignore"]["crp"] == "of another lab: not known"
    # It is the same study, whether it says why or not.
    plain = read(Path("t.yaml"))
    plain.values["data"]["ignore"] = ["b", "crp"]
    other, same = prepare(plain, here, [])
    assert same.identity(other.data) == data.identity(study.data)


def test_numbers_that_are_left_out_are_a_finding_of_the_page(here: Path) -> None:
    table(crp=texts("n.d."), patient_id=range(ROWS), flag=[True, False] * 100, one=1.0)
    document = read_values(ignore=["crp", "patient_id", "flag", "one", "b"])
    result = sweeps.run(document, trials=1, jobs=1, confirm=False, quiet=True)
    page = result.report.read_text()
    found = re.search(r"A column of numbers is no input: [^<]*", page)
    assert found is not None
    assert found[0].replace("&#39;", "'") == "A column of numbers is no input: 'crp'. "[:-1]
    assert "take it out of data.ignore" in page


def read_values(**data: Any) -> dict[str, Any]:
    values = parse(WHY, "t.yaml").values
    values["data"] |= data
    return values


@pytest.mark.parametrize("wrong", [3, [1], {"b": 3}, "b"])
def test_what_names_no_columns_is_refused_in_a_line(here: Path, wrong: Any) -> None:
    table()
    expected = "data.ignore: expected names of columns, as \\[id, name\\], or each with why"
    with pytest.raises(UserError, match=expected) as caught:
        sweeps.run(read_values(ignore=wrong), quiet=True)
    assert "\n" not in str(caught.value)


def test_wide_text_is_not_looked_at_word_by_word(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    own = wrong_texts.is_number
    monkeypatch.setattr(wrong_texts, "is_number", lambda text: looked.append(text) or own(text))
    frame = table(text=[f"word {n}" for n in range(ROWS)])
    pd.concat([frame] * 5).assign(text=[f"w{n}" for n in range(1000)]).to_csv("t.csv")
    new.create("t", "t.csv", "y")
    assert 0 < sum(text.startswith("w") for text in looked) <= 600
