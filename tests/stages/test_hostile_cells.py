"""NaN, huge numbers and cells of another kind in the tables that stages read: one clear line, never a figure."""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpus import cells

from pipeline.cli import main
from pipeline.files import write_jsonl
from pipeline.records import LABELS
from pipeline.storage import SCORE_SCHEMA, read_table, write_table

NAN = float("nan")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: None) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows() -> list[dict[str, Any]]:
    return [cells(number, LABELS[number % 3]) for number in range(1, 10)]


def saved(ending: str, values: dict[str, Any]) -> str:
    """Return the name of a scored table whose second row holds these values."""
    table = rows()
    table[1] |= values
    name = f"s{ending}"
    if ending == ".jsonl":
        write_jsonl(Path(name), table)
    elif ending == ".csv":
        with open(name, "w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
    else:
        columns = {key: [row[key] for row in table] for key in table[0]}
        pq.write_table(pa.table({k: pa.array(v, from_pandas=False) for k, v in columns.items()}), name)
    return name


def refused(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(command.split()) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    return err


@pytest.mark.parametrize("command", ["summary", "browse", "estimate", "network", "why r00001 --scored"])
@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".parquet"])
@pytest.mark.parametrize("name", ["p_anti", "confidence", "speaker_confidence"])
def test_a_probability_that_is_none_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str, ending: str, name: str
) -> None:
    assert f"row 2: {name} is nan" in refused(f"{command} {saved(ending, {name: NAN})}", capsys)


@pytest.mark.parametrize(
    ("ending", "values", "message"),
    [
        (".jsonl", {"start": NAN}, "row 2: start is nan, no offset"),
        (".csv", {"start": NAN}, "invalid literal for int"),
        (".csv", {"is_statement": NAN}, "is_statement is 'nan', neither true nor false"),
        (".jsonl", {"is_statement": NAN}, "row 2: is_statement is nan"),
        (".jsonl", {"text": NAN}, "row 2: text is nan, no text"),
        (".jsonl", {"speaker": NAN}, "row 2: speaker is nan, no text"),
        (".jsonl", {"p_anti": 10**400}, "row 2: p_anti is 1000"),
        (".jsonl", {"p_anti": float("inf")}, "row 2: p_anti is inf"),
    ],
)
def test_a_cell_of_another_kind_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], ending: str, values: dict[str, Any], message: str
) -> None:
    assert message in refused(f"summary {saved(ending, values)}", capsys)


def lines_of(change: str) -> str:
    head, first, *rest = Path(saved(".csv", {})).read_text(encoding="utf-8").splitlines()
    changed = {"longer": f"{first},more", "shorter": first.rpartition(",")[0]}[change]
    return "\n".join([head, changed, *rest]) + "\n"


@pytest.mark.parametrize("change", ["longer", "shorter"])
def test_a_csv_row_of_another_length_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str], change: str) -> None:
    Path("t.csv").write_text(lines_of(change), encoding="utf-8")
    assert "line 2 has more or fewer cells than the header" in refused("summary t.csv", capsys)


@pytest.mark.parametrize(
    "published",
    [
        pa.array([2**62] * 9, pa.timestamp("us")),
        pa.array([1] * 9, pa.timestamp("us", tz="No/Where")),
        pa.array([b"\xff"] * 9).view(pa.string()),
    ],
)
def test_a_parquet_cell_that_python_cannot_hold_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], published: pa.Array
) -> None:
    table = pq.read_table(saved(".parquet", {}))
    place = table.schema.names.index("published")
    pq.write_table(table.set_column(place, "published", published), "t.parquet")
    assert "t.parquet: damaged table" in refused("summary t.parquet", capsys)


def test_json_lines_nested_too_deep_are_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("s.jsonl").write_text("[" * 200_000)
    assert "s.jsonl:1: not valid JSON" in refused("summary s.jsonl", capsys)


def test_a_quotation_longer_than_the_csv_modules_own_limit_comes_back(folder: Path) -> None:
    table = rows()
    table[0]["text"] = f"“{'word ' * 60_000}”"
    write_table(Path("s.csv"), table, SCORE_SCHEMA)
    assert read_table(Path("s.csv"))[0]["text"] == table[0]["text"]


def test_next_refuses_probabilities_that_are_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = saved(".parquet", {"p_anti": NAN})
    assert "its probabilities are none" in refused(f"annotate next {name} --out n.parquet --count 2", capsys)
    assert not Path("n.parquet").exists()


STATEMENT = {
    **dict.fromkeys(("statement_id", "article_id", "story_id", "text", "context", "title", "target", "speaker"), "x"),
    "label": "neutral", "split": "train", "ambiguous": False, "coder_type": "weak", "posterior": 0.5,
}  # fmt: skip


@pytest.mark.parametrize("command", ["train --set statements=st.jsonl", "evaluate --set statements=st.jsonl"])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"text": NAN}, "row 2: text is nan, no text"),
        ({"title": "\ud800"}, "row 2: title is '\\ud800', no text"),
        ({"label": "Pro"}, "the label 'Pro'; allowed: anti-restriction, neutral, pro-restriction"),
        ({"label": NAN}, "row 2: label is nan, no text"),
        ({"posterior": NAN}, "row 2: posterior is nan, no probability"),
        ({"ambiguous": NAN}, "row 2: ambiguous is nan, neither true nor false"),
    ],
)
def test_a_labelled_statement_of_another_kind_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str, values: dict[str, Any], message: str
) -> None:
    table = [STATEMENT, STATEMENT | values, STATEMENT | {"split": "test"}]
    Path("st.jsonl").write_text("".join(json.dumps(row) + "\n" for row in table), encoding="utf-8")
    assert message in refused(command, capsys)
