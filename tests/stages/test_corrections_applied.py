"""Corrections wherever articles are read: ingest, score and quotes give the same corrected rows."""

import json
import logging

import pytest
from town import COUNCIL, HARBOUR, SAID, TERM, article, rows_of

from pipeline import stance
from pipeline.config import IngestConfig, ScoreConfig, load_config
from pipeline.errors import InputError, LabelError
from pipeline.rows import QUOTE_COLUMNS
from pipeline.stages import ingest, quotes, score
from pipeline.storage import read_articles, read_table

FEATURES = {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1], "min_df": 1, "weight": 1.0}}
OPTIONS = {"features": FEATURES, "c": 10.0, "class_weight": None, "max_iterations": 300}
PAGE = article()
FIRST, SECOND, THIRD, BOX = rows_of(PAGE)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "news").mkdir()
    (tmp_path / "news/council.txt").write_text(COUNCIL, encoding="utf-8")
    (tmp_path / "news/harbour.txt").write_text(HARBOUR, encoding="utf-8")
    return tmp_path


def correction(row, field, old, new, **changes):
    values = {
        "quote_id": row["quote_id"], "source": "council.txt", "sha256": PAGE.raw_sha256, "start": row["raw_start"],
        "end": row["raw_end"], "field": field, "old": old, "new": new, "coder": "ann", "coder_type": "human",
        "time": "2032-03-01T08:30:00Z",
    }  # fmt: skip
    return values | changes


def span(surface):
    start = COUNCIL.index(surface)
    return [start, start + len(surface)]


OLD = [SECOND["raw_start"], SECOND["raw_end"]]
NEW = span("called it “a de\u0301tour without a map”")
MENDED = [
    correction(FIRST, "speaker", "Mira Olsen", "Ida Ferran"),
    correction(SECOND, "span", OLD, NEW),
    correction(THIRD, "is_statement", True, False),
    correction(BOX, "is_statement", False, True),
]


def write(rows, name="mended.jsonl"):
    with open(name, "w", encoding="utf-8") as handle:
        handle.writelines(json.dumps(row) + "\n" for row in rows)
    return name


def overrides(**values):
    return [f"{k}={json.dumps(v)}" for k, v in values.items()]


def ingested(*files, **values):
    """Return the manifest, the rows of the council's article, and the rejects."""
    values = {"paths": ["news"], "out": "quotes.jsonl", "corrections": list(files)} | values
    manifest = ingest.run(load_config(IngestConfig, "ingest", overrides(**values)))
    rows = [row for row in read_table(ingest.Path("quotes.jsonl")) if row["source"] == "council.txt"]
    return manifest, rows, read_table(ingest.Path("quotes.rejected.jsonl"))


def as_told(rows):
    return [(row["text"], row["speaker"], row["is_statement"]) for row in rows]


EXPECTED = [
    (SAID[0], "Ida Ferran", True),
    ("called it “a détour without a map”", "Jonas Veld", True),
    (THIRD["text"], None, False),
    (TERM, None, True),
]


def test_ingest_gives_corrected_rows_whose_offsets_hold():
    manifest, rows, rejects = ingested(write(MENDED))
    assert as_told(rows) == EXPECTED
    (page,) = [a for a in read_articles(ingest.Path("quotes.articles.parquet")) if a.source == "council.txt"]
    for row in rows:
        assert tuple(row) == QUOTE_COLUMNS
        assert page.text[row["start"] : row["end"]] == row["text"]
        assert page.raw_span(row["start"], row["end"]) == (row["raw_start"], row["raw_end"])
        assert row["quote_id"] == f"{page.article_id}:{row['raw_start']}-{row['raw_end']}"
    assert rejects == []
    assert {k: v for k, v in manifest.counts.items() if "correct" in k} == {
        "corrections": 4, "corrections_known": 0, "corrections_in_conflict": 0, "corrections_elsewhere": 0,
    }  # fmt: skip
    assert (manifest.counts["quotes"], manifest.counts["statements"]) == (6, 5)
    assert "mended.jsonl" in manifest.inputs


def test_quotes_and_score_show_the_same_rows_as_ingest(folder, labelled):
    name = write(MENDED)
    _, rows, _ = ingested(name)
    shown = quotes.run(load_config(IngestConfig, "ingest", overrides(paths=["news"], corrections=[name])), limit=9)
    assert [dict(piece.row) for piece in shown.views[0].pieces] == [r | {"story_id": r["article_id"]} for r in rows]
    assert shown.notes == ()
    table, y = labelled
    stance.save(stance.fit("tfidf", OPTIONS, table, y, training={"sha256": "0" * 64}), folder / "model")
    config = load_config(ScoreConfig, "score", overrides(model="model", corrections=[name]))
    manifest = score.run(config, ["news"], folder / "scored.jsonl", targets=["one", "two"])
    scored = [row for row in read_table(folder / "scored.jsonl") if row["source"] == "council.txt"]
    assert as_told(scored) == [told for told in EXPECTED for _ in range(2)]
    assert [row["target"] for row in scored] == ["one", "two"] * 4
    assert (manifest.counts["corrections"], manifest.counts["rows"]) == (4, 12)
    assert "mended.jsonl" in manifest.inputs


def test_without_corrections_nothing_is_counted_and_nothing_changes():
    manifest, rows, _ = ingested()
    assert as_told(rows) == as_told([FIRST, SECOND, THIRD, BOX])
    assert not [name for name in manifest.counts if "correct" in name]


def test_what_is_applied_twice_is_known_the_second_time():
    name = write(MENDED)
    _, rows, _ = ingested(name)
    (again,) = [row for row in rows if row["text"].startswith("called")]
    renamed = correction(SECOND, "speaker", "Jonas Veld", "Ada Brandt", quote_id=again["quote_id"])
    manifest, rows, rejects = ingested(name, write(MENDED, "twice.jsonl"), write([renamed], "more.jsonl"))
    assert (manifest.counts["corrections"], manifest.counts["corrections_known"], rejects) == (5, 4, [])
    assert rows[1]["speaker"] == "Ada Brandt"


STALE = [
    (correction(FIRST, "speaker", "Ada Brandt", "Ida Ferran"), "old-differs"),
    (correction(FIRST, "speaker", "Mira Olsen", "x", quote_id="gone:1-2", start=1, end=2), "quote-not-found"),
    (correction(FIRST, "speaker", "Mira Olsen", "Ida Ferran", sha256="00", quote_id="gone:50-90"), "article-changed"),
    (correction(FIRST, "span", span(COUNCIL[50:90]), [0, 5]), "no-such-span"),
    (correction(FIRST, "span", span(COUNCIL[50:90]), OLD), "span-taken"),
]


@pytest.mark.parametrize(("given", "reason"), STALE, ids=[reason for _, reason in STALE])
def test_what_no_longer_fits_is_kept_counted_and_told_in_one_line(given, reason, caplog):
    with caplog.at_level(logging.WARNING):
        manifest, rows, (reject,) = ingested(write([MENDED[1], given]))
    assert (reject["file"], reject["position"], reject["reason"]) == ("mended.jsonl", "L2", reason)
    assert reject["message"].startswith(f"{given['field']} of {given['quote_id']}: ")
    assert manifest.dropped[f"rejected-{reason}"] == manifest.counts["rejects"] == 1
    assert manifest.counts["corrections"] == 1
    assert as_told(rows)[0] == as_told([FIRST])[0]
    (line,) = caplog.messages
    assert line.startswith(f"corrections not applied: 1 ({reason} 1), for instance mended.jsonl:L2: ")
    assert "\n" not in line


def test_a_text_that_has_changed_keeps_its_rows_as_they_are_found(folder):
    (folder / "news/council.txt").write_text(COUNCIL.replace("overdue", "overdone"), encoding="utf-8")
    manifest, rows, rejects = ingested(write(MENDED))
    assert {reject["reason"] for reject in rejects} == {"article-changed"}
    assert (len(rejects), manifest.counts["corrections"]) == (4, 0)
    assert rows[0]["speaker"] == "Mira Olsen"


def test_a_file_that_was_renamed_is_still_the_same_text(folder):
    (folder / "news/council.txt").rename(folder / "news/renamed.txt")
    manifest, _, rejects = ingested(write(MENDED))
    assert (manifest.counts["corrections"], rejects) == (4, [])


def test_corrections_of_articles_that_are_not_read_are_counted_and_no_rejects(folder):
    (folder / "news/council.txt").unlink()
    manifest, _, rejects = ingested(write(MENDED))
    assert (manifest.counts["corrections_elsewhere"], manifest.counts["corrections"], rejects) == (4, 0, [])


def test_copies_of_one_text_under_two_names_are_corrected_apart(folder):
    (folder / "news/second.txt").write_text(COUNCIL, encoding="utf-8")
    _, rows, _ = ingested(write([MENDED[0]]))
    copy = [row for row in read_table(folder / "quotes.jsonl") if row["source"] == "second.txt"]
    assert (rows[0]["speaker"], copy[0]["speaker"]) == ("Ida Ferran", "Mira Olsen")


def test_a_copy_that_is_read_first_does_not_take_a_correction_away(folder):
    (folder / "news/a.txt").write_text(COUNCIL, encoding="utf-8")
    _, rows, rejects = ingested(write([MENDED[0]]))
    assert (rows[0]["speaker"], rejects) == ("Ida Ferran", [])


def test_coders_who_differ_are_counted_and_told_and_the_newest_holds(caplog):
    other = correction(
        FIRST, "speaker", "Mira Olsen", "Ada Brandt", coder="ben", coder_type="human", time="2032-03-01T08:29:00Z"
    )
    with caplog.at_level(logging.WARNING):
        manifest, rows, rejects = ingested(write([MENDED[0]]), write([other], "ben.jsonl"))
    assert (rows[0]["speaker"], manifest.counts["corrections_in_conflict"], rejects) == ("Ida Ferran", 1, [])
    assert caplog.messages == ["coders correct 1 field in different ways; the newest correction holds"]


def test_quotes_tells_what_does_not_fit():
    name = write([STALE[0][0]])
    shown = quotes.run(load_config(IngestConfig, "ingest", overrides(paths=["news"], corrections=[name])), limit=9)
    (line,) = shown.notes
    assert line.startswith("corrections not applied: 1 (old-differs 1), for instance mended.jsonl:L1: ")


def test_with_strict_a_correction_that_does_not_fit_is_an_error(folder):
    with pytest.raises(InputError, match=r"mended\.jsonl:L1: speaker of .* \(with --strict"):
        ingested(write([STALE[0][0]]), strict=True)
    assert not (folder / "quotes.jsonl").exists()


def test_rejects_of_corrections_are_no_part_of_the_share_of_bad_records():
    manifest, _, _ = ingested(write([given for given, _ in STALE] * 3), max_reject_share=0.0)
    assert manifest.counts["rejects"] == 15


def test_corrections_that_cannot_be_read_are_told_before_anything_is_written(folder):
    with pytest.raises(InputError, match=r"absent\.jsonl: no such corrections file"):
        ingested("absent.jsonl")
    with pytest.raises(LabelError, match=r"mended\.jsonl:1: lacks quote_id"):
        ingested(write([{"x": 1}]))
    with pytest.raises(InputError, match="is read and would be overwritten"):
        ingested(write(MENDED), out="mended.jsonl")
    assert not (folder / "quotes.jsonl").exists()
