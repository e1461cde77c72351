"""The agreement stage from files to files."""

import csv
import json
import random

import pytest

from pipeline.errors import InputError
from pipeline.labels.gold import read_gold
from pipeline.labels.reliability import Draws
from pipeline.records import LABELS
from pipeline.stages import agreement
from pipeline.stages.agreement import Wanted
from pipeline.storage import QUOTE_SCHEMA, read_table, write_table

QUICK = Draws(resamples=100)
MASTS, CRANES = "Norvane in 5G networks", "Ostrel cranes in ports"


def gold(coder, *, seed, n=24, coder_type="human", right=0.7):
    """Gold rows of one coder, who mostly sees what the others see; two articles a target."""
    truth, own = random.Random(0), random.Random(seed)
    rows = []
    for i in range(n):
        label = truth.choice(LABELS)
        rows.append(
            {
                "source": f"page{i // 6}.txt",
                "sha256": f"{i // 6:064}",
                "start": 20 * (i % 6),
                "end": 20 * (i % 6) + 12,
                "kind": "statement",
                "target": (MASTS, CRANES)[i // 6 % 2],
                "label": label if own.random() < right else own.choice(LABELS),
                "coder": coder,
                "coder_type": coder_type,
                "codebook": "1",
            }
        )
    return rows


def write(path, rows):
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        with path.open("w", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return path


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Two people and a model, in the forms in which they come."""
    monkeypatch.chdir(tmp_path)
    return [
        write(tmp_path / "ana.csv", gold("ana", seed=1)),
        write(tmp_path / "ben.jsonl", gold("ben", seed=2, n=20)),
        write(tmp_path / "model.jsonl", gold("mpnet", seed=3, coder_type="model", right=0.6)),
    ]


def run(files, **wanted):
    return agreement.run(files, Wanted(draws=QUICK, **wanted))


def listed(path):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_gold_files_are_compared_by_type_and_every_row_is_accounted_for(files):
    files[0].write_text(files[0].read_text() + files[0].read_text().splitlines()[1] + "\npage9.txt,ab,1\n")
    found = run(files)
    assert [group.types for group in found.summary.groups] == [("human", "human"), ("human", "model")]
    counts = found.counts
    assert (counts["rows"], counts["codings"], counts["repeated"], counts["rejects"]) == (70, 68, 1, 1)
    assert (counts["statements"], counts["labelled_twice"]) == (24, 24)
    assert found.dropped() == {"half-written": 1}
    assert found.wrote == ()


def test_order_of_files_and_rows_changes_nothing(files, tmp_path):
    rows = [*gold("ana", seed=1), *gold("ben", seed=2, n=20), *gold("mpnet", seed=3, coder_type="model", right=0.6)]
    random.Random(5).shuffle(rows)
    mixed = run([write(tmp_path / "mixed.jsonl", rows)])
    assert run(files[::-1]).summary == run(files).summary == mixed.summary


def test_the_list_of_disagreements_has_texts_from_a_quote_table(files, tmp_path):
    quotes = [
        {"quote_id": f"q{i}", "source": "page0.txt", "raw_start": 20 * i, "raw_end": 20 * i + 12, "text": f"“Text {i}”"}
        for i in range(6)
    ]
    write_table(tmp_path / "quotes.parquet", quotes, QUOTE_SCHEMA)
    found = run(files, disagreements=tmp_path / "todo.csv", quotes=tmp_path / "quotes.parquet")
    rows = listed(tmp_path / "todo.csv")
    assert len(rows) == found.counts["disputed"] > 0
    assert {row["decision"] for row in rows} == {""}
    shown = {row["statement_id"]: row["text"] for row in rows}
    assert {text for name, text in shown.items() if name.startswith("page0.txt")} <= {f"“Text {i}”" for i in range(6)}
    assert all(text for name, text in shown.items() if name.startswith("page0.txt"))
    assert sorted(path.name for path in tmp_path.glob("todo*")) == [
        "todo.csv",
        "todo.manifest.json",
        "todo.rejected.jsonl",
    ]


def decided(files, tmp_path, form):
    """Decide every second disagreement; return the list and which statements it decides."""
    run(files, disagreements=tmp_path / "todo.csv")
    rows = listed(tmp_path / "todo.csv")
    for row in rows[::2]:
        row |= {"decision": "neutral", "adjudicator": "cleo", "adjudicator_type": "human", "note": "as in rule 3"}
    return write(tmp_path / f"done{form}", rows), [row["statement_id"] for row in rows[::2]]


@pytest.mark.parametrize("form", [".csv", ".jsonl"])
def test_decisions_and_agreed_labels_make_gold_that_label_reads(form, files, tmp_path):
    done, names = decided(files, tmp_path, form)
    out = tmp_path / f"gold{form}"
    found = run(files, decided=[done], out=out)
    counts = found.counts
    assert (counts["adjudicated"], counts["adjudicated"] + counts["undecided"]) == (len(names), counts["disputed"])
    assert counts["unanimous"] + counts["single"] + counts["disputed"] == counts["statements"]
    rows = read_gold(out)
    assert len(rows) == counts["statements"] - counts["undecided"]
    by_place = {f"{row.source}:{row.start}-{row.end}": row for row in rows}
    for name in names:
        assert (by_place[name].label, by_place[name].coder, by_place[name].coder_type) == ("neutral", "cleo", "human")
    assert {row.coder_type for row in rows} == {"human"}
    left = [path for path in found.wrote if "undecided" in path.name]
    assert [path.name for path in left] == [f"gold.undecided{form}"]


def test_labels_may_be_a_parquet_table(files, tmp_path):
    done, _ = decided(files, tmp_path, ".csv")
    found = run(files, decided=[done], out=tmp_path / "gold.parquet")
    rows = read_table(tmp_path / "gold.parquet", required=("statement_id", "label", "coder", "basis"))
    assert len(rows) == found.counts["statements"] - found.counts["undecided"]
    assert {type(row["start"]) for row in rows} == {int}
    assert (tmp_path / "gold.undecided.csv").is_file()


def test_what_is_left_undecided_can_be_decided_next(files, tmp_path):
    done, _ = decided(files, tmp_path, ".csv")
    first = run(files, decided=[done], out=tmp_path / "gold.csv")
    rows = listed(tmp_path / "gold.undecided.csv")
    assert len(rows) == first.counts["undecided"]
    for row in rows:
        row |= {"decision": "Pro-Restriction", "adjudicator": "ana"}
    second = run(files, decided=[done, write(tmp_path / "rest.csv", rows)], out=tmp_path / "gold.csv")
    assert (second.counts["undecided"], second.counts["adjudicated"]) == (0, first.counts["disputed"])
    assert listed(tmp_path / "gold.undecided.csv") == []
    assert {row.codebook for row in read_gold(tmp_path / "gold.csv")} == {"1"}


def test_rejects_and_manifest_stand_beside_the_labels(files, tmp_path):
    done, _ = decided(files, tmp_path, ".jsonl")
    done.write_text(
        done.read_text() + '{"statement_id": "nowhere:1-2", "decision": "neutral", "adjudicator": "cleo"}\n'
    )
    found = run(files, decided=[done], out=tmp_path / "gold.jsonl")
    (reject,) = map(json.loads, (tmp_path / "gold.rejected.jsonl").read_text().splitlines())
    assert (reject["reason"], found.counts["rejected_decisions"], found.counts["rejects"]) == (
        "unknown-statement",
        1,
        0,
    )
    manifest = json.loads((tmp_path / "gold.manifest.json").read_text())
    assert (manifest["stage"], manifest["counts"], manifest["seed"]) == ("agreement", dict(found.counts), 13)
    assert manifest["dropped"] == {"rejected-unknown-statement": 1}
    assert list(manifest["inputs"]) == [str(path) for path in [*files, done]]
    assert list(manifest["outputs"]) == [str(path) for path in found.wrote]


def without_out(files, folder):
    return files, {"decided": [folder / "done.csv"]}, "done.csv: say with --out where to write the labels"


def without_list(files, folder):
    return files, {"out": folder / "gold.jsonl"}, "gold.jsonl: labels are written from a filled-in list"


def over_an_input(files, folder):
    return files, {"disagreements": files[0]}, "ana.csv: is an input and would be overwritten"


def no_table(files, folder):
    return files, {"disagreements": folder / "todo.xlsx"}, "todo.xlsx: cannot tell the format"


def no_list(files, folder):
    return files, {"decided": [folder / "done.csv"], "out": folder / "gold.csv"}, "no such list of decisions"


def one_coder(files, folder):
    return files[:1], {"disagreements": folder / "todo.csv"}, "ana is the only coder here"


def nothing_left(files, folder):
    rows = [{**row, "label": "neutral"} for row in gold("ana", seed=1)]
    other = [{**row, "label": "pro-restriction"} for row in rows]
    paths = [write(folder / "one.jsonl", rows), write(folder / "two.jsonl", other)]
    return paths, {}, "ana says neutral here and pro-restriction at"


@pytest.mark.parametrize(
    "fault", [without_out, without_list, over_an_input, no_table, no_list, one_coder, nothing_left]
)
def test_a_mistake_is_one_line_and_nothing_is_written(fault, files, tmp_path):
    paths, wanted, line = fault(files, tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError) as raised:
        run(paths, **wanted)
    assert line in str(raised.value)
    assert sorted(tmp_path.iterdir()) == before
