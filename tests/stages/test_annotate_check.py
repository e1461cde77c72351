"""Annotate check: gold files with planted oddities, and what is said of them."""

import json

import pytest

from pipeline.cli import main
from pipeline.config import CheckConfig, IngestConfig, load_config
from pipeline.stages import annotate_check, ingest
from pipeline.storage import read_articles, read_table, side_path

PRO, ANTI, NEUTRAL = "pro-restriction", "anti-restriction", "neutral"
MASTS = """Mayor weighs ban on Norvane masts

“We must take every Norvane mast down,” said Dana Lee, the mayor of Ostrel.

“The masts are safe and always were,” said Tom Quill, who sells them.
"""
COPY = """Ostrel argues about masts

“The masts are safe, and always were,” said Tom Quill on Tuesday.
"""


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Return a quote table of two articles that quote one sentence."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "masts.txt").write_text(MASTS, encoding="utf-8")
    (folder / "copy.txt").write_text(COPY, encoding="utf-8")
    out = tmp_path / "quotes.parquet"
    ingest.run(load_config(IngestConfig, "ingest", [f'paths=["{folder}"]', f'out="{out}"', 'target="masts"']))
    return out


@pytest.fixture
def gold(table):
    """Return a function that writes a gold file with changes to the rows of the three statements."""
    hashes = {article.source: article.raw_sha256 for article in read_articles(side_path(table, "articles.parquet"))}
    rows = [
        {
            "source": row["source"], "sha256": hashes[row["source"]], "start": row["raw_start"], "end": row["raw_end"],
            "kind": "statement", "target": "masts", "label": NEUTRAL, "coder": "dana", "coder_type": "human",
        }
        for row in sorted(read_table(table), key=lambda row: (row["source"], row["start"]))
    ]  # fmt: skip

    def write(*changes, name="gold.jsonl"):
        given = [row | change for row, change in zip(rows, [*changes, *[{}] * 3], strict=False)]
        path = table.with_name(name)
        path.write_text("".join(json.dumps(row) + "\n" for row in given), encoding="utf-8")
        return path

    return write


def checked(*files, quotes=None, **values):
    return annotate_check.run(load_config(CheckConfig, "check", [f"{k}={v}" for k, v in values.items()]), files, quotes)


def test_labels_without_fault(gold, table, capsys):
    found = checked(gold(), quotes=table)
    assert (found.labels, found.failed, found.suspects) == (3, False, None)
    assert found.balance == {"masts": {ANTI: 0, NEUTRAL: 3, PRO: 0}}
    assert main(["annotate", "check", "gold.jsonl"]) == 0
    assert "nothing has to be mended" in capsys.readouterr().out


def test_terms_are_no_labels_though_they_have_one(gold, table):
    found = checked(gold({"kind": "term"}, {"kind": "term", "label": None}), quotes=table)
    assert (found.labels, found.balance) == (1, {"masts": {ANTI: 0, NEUTRAL: 1, PRO: 0}})


def test_a_copy_with_another_label(gold, table, capsys):
    # The first is the copy, the last what it copies.
    path = gold({"label": ANTI})
    (found,) = checked(path, quotes=table).contradictions
    assert found.within
    assert {row.where for row in found.labels} == {f"{path}:1", f"{path}:3"}
    assert main(["annotate", "check", "gold.jsonl", "--quotes", "quotes.parquet"]) == 1
    assert "One text, two labels of one coder: 1" in capsys.readouterr().out
    other = checked(gold({"label": ANTI, "coder": "tom"}), quotes=table)
    assert not other.failed, "coders may differ"
    assert len(other.contradictions) == 1


def test_without_a_quote_table_texts_are_not_known(gold):
    found = checked(gold({"label": ANTI}))
    assert (found.contradictions, found.misplaced, found.suspects) == ((), (), None)


def test_lines_that_do_not_fit_are_told_one_by_one(gold, capsys):
    path = gold({"label": "against"}, {"start": -4})
    path.write_text(path.read_text(encoding="utf-8") + '{"source": "mas', encoding="utf-8")
    found = checked(path)
    assert found.labels == 1
    label, start, broken = found.faults
    assert f"{path}:1: label 'against' is not in the codebook" in label
    assert f"{path}:2: start is -4" in start
    assert f"{path}:4: not valid JSON" in broken
    assert main(["annotate", "check", "gold.jsonl", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["faults"]) == 3


@pytest.mark.parametrize(("mark", "start"), [(",", ""), (";", "\ufeff"), ("\t", "")])
def test_gold_as_a_spreadsheet_saves_it(gold, table, mark, start):
    rows = [json.loads(line) for line in gold({"label": "against"}).read_text(encoding="utf-8").splitlines()]
    path = table.with_name("gold.csv")
    lines = [mark.join(rows[0]), *(mark.join(map(str, row.values())) for row in rows)]
    path.write_text(start + "\r\n".join(lines), encoding="utf-8")
    found = checked(path, quotes=table)
    assert (found.labels, len(found.faults), found.misplaced) == (2, 1, ())
    assert f"{path}:2: label 'against'" in found.faults[0]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.jsonl", b"", "holds no annotation"),
        ("empty.csv", b"", "is empty"),
        ("wrong.csv", b"a,b\n1,2\n", "no column source"),
        ("gone.jsonl", None, "no such gold file"),
    ],
)
def test_a_file_that_holds_nothing_is_one_line(table, name, content, told, capsys):
    if content is not None:
        table.with_name(name).write_bytes(content)
    assert main(["annotate", "check", name]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": "gone.txt"}, "no-article"),
        ({"sha256": "0" * 64}, "article-changed"),
        ({"start": 9000, "end": 9010}, "text-dropped"),
    ],
)
def test_a_span_without_a_place_and_the_nearest_quotation(gold, table, change, reason):
    found = checked(gold({}, change), quotes=table)
    (misplaced,) = found.misplaced
    assert found.failed
    assert (misplaced.reason, misplaced.where.rpartition(":")[2]) == (reason, "2")
    if reason == "no-article":
        assert misplaced.near is None
    else:
        assert misplaced.near.text.split()[0] in {"“We", "“The"}
        assert misplaced.near.likeness is None, "gold does not say which words were annotated"


SAFE = "“The masts are safe and always were,”"
BEFORE = "\n\n“We must take every"
# What became of the article, what stands there now, and how alike it is: words in common, twice, by the words of both.
CHANGES = {
    "a paragraph before it": (lambda text: text.replace(BEFORE, "\n\nIt rained." + BEFORE), SAFE, 1.0),
    "edited": (lambda text: text.replace("safe and always were", "quite safe and always have been"),
               "“The masts are quite safe and always have been,”", 12 / 16),
    "gone": (lambda text: text.replace(SAFE + " said Tom Quill, who sells them.", "Quill was not there."), None, None),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES)
def test_words_are_found_again_in_an_article_that_has_changed(case, gold, table, capsys):
    change, now, likeness = CHANGES[case]
    changed = change(MASTS)
    path = gold({}, {}, {"quote": SAFE})
    (table.parent / "articles/masts.txt").write_text(changed, encoding="utf-8")
    (table.parent / "articles/copy.txt").unlink()
    arguments = [f'paths=["{table.parent / "articles"}"]', f'out="{table}"', 'target="masts"']
    ingest.run(load_config(IngestConfig, "ingest", arguments))
    found = checked(path, quotes=table).misplaced[-1]
    assert found.where == f"{path}:3"
    capsys.readouterr()
    assert main(["annotate", "check", "gold.jsonl", "--quotes", "quotes.parquet"]) == 1
    shown = capsys.readouterr().out
    if now is None:
        assert found.near is None
        assert "article-changed; nothing there is like it" in shown
    else:
        assert (found.near.text, found.near.likeness) == (now, likeness)
        assert changed[found.near.start : found.near.end] == now
        assert f"{now if len(now) < 60 else now[:59] + '…'} (alike: {likeness:.0%})" in shown


def test_a_planted_error_is_among_the_suspects(tmp_path):
    said = {PRO: "We must ban these masts now", ANTI: "The masts are safe and good", NEUTRAL: "The vote is on Monday"}
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(60):
        label = (PRO, ANTI, NEUTRAL)[number % 3]
        story = f"Report {number} from Ostrel {number * 7}\n\n“{said[label]}, number {number},” said Dana Lee.\n"
        (folder / f"{number:02}.txt").write_text(story, encoding="utf-8")
    table = tmp_path / "quotes.parquet"
    arguments = [f'paths=["{folder}"]', f'out="{table}"', 'target="masts"', "story_threshold=1"]
    ingest.run(load_config(IngestConfig, "ingest", arguments))
    hashes = {article.source: article.raw_sha256 for article in read_articles(side_path(table, "articles.parquet"))}
    path = tmp_path / "gold.jsonl"
    with path.open("w", encoding="utf-8") as handle:
        for number, row in enumerate(sorted(read_table(table), key=lambda row: row["source"])):
            label = (PRO, ANTI, NEUTRAL)[number % 3] if number != 30 else ANTI  # 30 asks for a ban
            line = {
                "source": row["source"], "sha256": hashes[row["source"]], "start": row["raw_start"],
                "end": row["raw_end"], "kind": "statement", "target": "masts", "label": label,
                "coder": "dana", "coder_type": "human",
            }  # fmt: skip
            handle.write(json.dumps(line) + "\n")
    found = checked(path, quotes=table, fewest=30)
    row, suspect = found.suspects[0]
    assert (row.where, row.label, suspect.label) == (f"{path}:31", ANTI, PRO)
    assert found.agreed == pytest.approx(59 / 60, abs=1e-4)
    assert checked(path, quotes=table, fewest=61).suspects is None
    assert found == checked(path, quotes=table, fewest=30), "the same seed, the same findings"
