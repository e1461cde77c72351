"""Generated cases and what has to hold for each, for ``fuzz.py`` and a quick version of it among the tests.

Strategies and properties of cleaning, quotations and tables are those of the tests; each case is a literal, so that it
can be written down and read again.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from _shared import ROOT
from hypothesis import strategies as st

for folder in ("articles", "quotes", ""):
    sys.path.insert(0, str(ROOT / "tests" / folder))

import test_cleaning_roundtrip as of_cleaning
import test_properties as of_quotes
import test_storage as of_tables

from pipeline.articles.cleaning import clean
from pipeline.articles.html import page_text
from pipeline.articles.readers import ReadOptions, read
from pipeline.config import IngestConfig
from pipeline.errors import InputError, RecordError
from pipeline.records import Document, Reject
from pipeline.stages import ingest
from pipeline.storage import read_articles, read_table, schema_of, write_table

Case = Any
SMALL = ReadOptions(max_document_bytes=1 << 16, max_members=50, max_unpacked_bytes=1 << 22)
GOOD = "The board met. “We will wait for the report,” said Ada Lindqvist of the ministry. No vote was taken."
ROWS = [
    {"id": f"n{number}", "title": f"Item {number}", "published": "2031-02-03", "text": f"{GOOD} That was {number}."}
    for number in range(4)
]


class Part(NamedTuple):
    """Cases, and a function that raises where one of them goes wrong."""

    cases: st.SearchStrategy[Case]
    check: Callable[[Case], None]


def _csv(rows: list[dict[str, str]], delimiter: str = ",") -> bytes:
    def cell(value: str) -> str:
        return '"' + value.replace('"', '""') + '"'

    lines = [list(rows[0]), *([cell(value) for value in row.values()] for row in rows)]
    return "".join(delimiter.join(line) + "\n" for line in lines).encode("utf-8", "surrogatepass")


def _parquet(rows: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def _jsonl(rows: list[dict[str, str]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


FORMATS: dict[str, Callable[[list[dict[str, str]]], bytes]] = {
    "a.jsonl": _jsonl,
    "a.json": lambda rows: json.dumps(rows).encode(),
    "a.csv": _csv,
    "a.tsv": lambda rows: _csv(rows, "\t"),
    "a.parquet": _parquet,
    "a.jsonl.gz": lambda rows: gzip.compress(_jsonl(rows), mtime=0),
    "a.parquet.gz": lambda rows: gzip.compress(_parquet(rows), mtime=0),
}


def _archives() -> dict[str, bytes]:
    members = {"b/a.jsonl": _jsonl(ROWS), "c.txt": GOOD.encode("utf-16"), "d.csv.gz": gzip.compress(_csv(ROWS), mtime=0)}
    packed, files = io.BytesIO(), {}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    files["a.zip"] = packed.getvalue()
    for ending, form in {"tar": tarfile.GNU_FORMAT, "tar.gz": tarfile.PAX_FORMAT, "tar.xz": tarfile.PAX_FORMAT}.items():
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode=f"w:{ending[4:]}", format=form) as tar:  # type: ignore[call-overload]
            for name, data in members.items():
                info = tarfile.TarInfo(name if ending == "tar" else f"{'é' * 60}/{name}")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        files[f"a.{ending}"] = out.getvalue()
    return files


FILES = {
    **{name: make(ROWS) for name, make in FORMATS.items()},
    **_archives(),
    "a.txt": GOOD.encode(),
    "b.txt": ("\ufeff" + GOOD).encode("utf-16-be"),
    "c.txt": GOOD.encode("cp1252"),
}

# --- readers: bytes of every kind, and good files with a few bytes put otherwise

_PIECES = [b"", b"\0", b"\xff", b"\xff\xfe", b"\xed\xa0\x80", b'"', b"\n", b"\r", b",", b"\x1b[2J", b"[" * 5000, b"NaN", b"1e999"]
_PIECES += [b"9" * 5000, b'"\\ud800"', b"PK\x01\x02", b"PK\x05\x06", b"PAR1", b"\x1f\x8b\x08", b"{", b"}", b"..", b"/", b"\0" * 512]
_CHANGE = st.tuples(
    st.floats(0, 1, allow_nan=False), st.integers(0, 40), st.one_of(st.sampled_from(_PIECES), st.binary(max_size=8))
)


def changed(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Return the bytes with so many of them, from a place on, exchanged for others, several times."""
    for share, length, piece in changes:
        at = int(share * len(data))
        data = data[:at] + piece + data[at + length :]
    return data


def _file(case: tuple[str, list[Any], bytes | None]) -> tuple[str, bytes]:
    name, changes, data = case
    return name, changed(FILES[name], changes) if data is None else data


BROKEN = st.tuples(st.sampled_from(sorted(FILES)), st.lists(_CHANGE, max_size=4), st.none())
NOISE = st.tuples(
    st.sampled_from(sorted(FILES)),
    st.just([]),
    st.binary(max_size=300) | st.lists(st.sampled_from(_PIECES), max_size=12).map(b"".join),
)


def _read(folder: Path, name: str, data: bytes) -> tuple[list[Document], list[Reject]]:
    (folder / name).write_bytes(data)
    rejects: list[Reject] = []
    documents = list(read([str(folder / name)], SMALL, rejects.append))
    assert [path.name for path in folder.iterdir()] == [name], "a file beside the one that was read"
    return documents, rejects


def _check_items(documents: list[Document], rejects: list[Reject]) -> None:
    for document in documents:
        assert document.text.strip()
        assert not set(document.text) & set("\0\r\ufeff"[:2])
        json.dumps(asdict(document), ensure_ascii=False).encode()
        try:
            clean(document)
        except RecordError as error:
            assert error.reason
    for reject in rejects:
        assert reject.reason
        assert reject.message
        json.dumps(asdict(reject), ensure_ascii=False).encode()


def check_reading(case: tuple[str, list[Any], bytes | None]) -> None:
    """Every file comes out as documents or rejects, all of which a file can hold; nothing else is raised."""
    with tempfile.TemporaryDirectory() as folder:
        documents, rejects = _read(Path(folder), *_file(case))
    assert documents or rejects, "neither a document nor a reject"
    _check_items(documents, rejects)


TEXT = of_cleaning.TEXTS | st.text(max_size=80) | st.text(st.characters(), max_size=20) | st.sampled_from(["", "=1", "nan"])
TABLE_ROWS = st.lists(
    st.fixed_dictionaries({"id": TEXT, "title": TEXT, "published": TEXT, "text": TEXT}), min_size=1, max_size=5
)


def check_rows(case: tuple[str, list[dict[str, str]]]) -> None:
    """Every row of a sound table is a document or a reject, in order, with its text."""
    name, rows = case
    if "\x1a" in str(rows) or not name.startswith("a.json"):
        rows = [{key: value.encode("utf-8", "replace").decode() for key, value in row.items()} for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        documents, rejects = _read(Path(folder), name, FORMATS[name](rows))
    _check_items(documents, rejects)
    if {reject.position for reject in rejects} == {None}:
        assert {reject.reason for reject in rejects} <= {"binary", "unknown-encoding", "empty", "archive-bomb"}
        return
    if name.startswith(("a.csv", "a.tsv")):
        return  # NULs and line ends in cells are tidied before rows are counted
    assert len(documents) + len(rejects) == len(rows)


def check_page(data: bytes) -> None:
    """A page's bytes become markup that a worker can be sent, or a ``RecordError``."""
    try:
        page_text(data).encode()
    except RecordError as error:
        assert error.reason


_CHARSETS = [b"utf-8", b"cp1252", b"idna", b"punycode", b"undefined", b"utf-16", b"u7", b"hex", b"unicode_escape", b"hz", b"big5"]
PAGES = st.builds(
    lambda name, parts: b"<meta charset=" + name + b"><p>" + b"".join(parts),
    st.sampled_from(_CHARSETS) | st.binary(min_size=1, max_size=9),
    st.lists(st.sampled_from([*_PIECES, GOOD.encode(), b"\xe9", b"<p>", b"&#xd800;"]) | st.binary(max_size=40), max_size=6),
)

# --- the whole way of a file, as the ingest stage goes it


def check_ingest(case: tuple[str, list[Any], bytes | None]) -> None:
    """A broken file beside a good one: rows lie in their articles, cleaned and raw, and no other file is written."""
    name, data = _file(case)
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        (folder / "in").mkdir()
        (folder / "in" / name).write_bytes(data)
        (folder / "in" / "zz.txt").write_text(GOOD + " That is all.", encoding="utf-8")
        out = folder / "q.parquet"
        counts = ingest.run(IngestConfig(paths=(str(folder / "in"),), out=out)).counts
        assert {path.name for path in folder.iterdir()} == {"in", *(f"q.{e}" for e in _OUTPUTS)}
        articles = {article.article_id: article for article in read_articles(folder / "q.articles.parquet")}
        rejects = (folder / "q.rejected.jsonl").read_text(encoding="utf-8").splitlines()
        assert counts["documents"] + counts["rejects"] >= 2, "a file is neither among documents nor among rejects"
        assert counts["rejects"] == len([json.loads(line) for line in rejects])
        for row in read_table(out):
            article = articles[row["article_id"]]
            assert article.text[row["start"] : row["end"]] == row["text"]
            assert article.raw_span(row["start"], row["end"]) == (row["raw_start"], row["raw_end"])
        assert "zz.txt" in {article.source for article in articles.values()}


_OUTPUTS = ("parquet", "articles.parquet", "rejected.jsonl", "manifest.json")

# --- tables

_KINDS = {
    "text": st.none() | of_tables.TEXTS,
    "title": st.none() | of_tables.TEXTS | st.sampled_from(["=1", "'", "'=", "\ufeff", "\x1a", "\0", "+", "nan", "None"]),
    "start": st.none() | st.integers(-(2**63), 2**63 - 1),
    "p_anti": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "is_statement": st.none() | st.booleans(),
}
TABLES = st.tuples(st.sampled_from([".csv", ".jsonl", ".parquet"]), st.lists(st.fixed_dictionaries(_KINDS), max_size=6))


def check_table(case: tuple[str, list[dict[str, Any]]]) -> None:
    """What is written is read again; no cell of a CSV is a formula."""
    ending, rows = case
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"t{ending}")
        write_table(path, rows, schema_of(list(_KINDS)))
        assert read_table(path) == rows
        assert [file.name for file in Path(folder).iterdir()] == [path.name]


def all_of(*tests: Callable[..., None]) -> Callable[[Case], None]:
    """Return a check that runs the properties of the tests on one text."""
    inner = [test.hypothesis.inner_test for test in tests]  # type: ignore[attr-defined]

    def check(text: Case) -> None:
        for one in inner:
            one(text)

    return check


PARTS = {
    "readers, broken files": Part(BROKEN | NOISE, check_reading),
    "readers, any rows": Part(st.tuples(st.sampled_from(sorted(FORMATS)), TABLE_ROWS), check_rows),
    "readers, pages": Part(PAGES, check_page),
    "ingest": Part(BROKEN, check_ingest),
    "cleaning": Part(
        of_cleaning.TEXTS,
        all_of(
            of_cleaning.test_every_kept_segment_is_its_raw_slice_normalised,
            of_cleaning.test_segments_are_monotone_and_cover_the_text_but_its_separators,
            of_cleaning.test_text_is_nfc_and_trimmed,
            of_cleaning.test_dropped_and_kept_spans_do_not_overlap,
        ),
    ),
    "quotes": Part(
        of_quotes.texts,
        all_of(
            of_quotes.test_spans_lie_in_the_text_and_hold_what_they_say,
            of_quotes.test_quotations_stand_in_order_and_apart_and_contents_hold_their_quotations,
            of_quotes.test_names_and_figures_of_a_quotation_are_in_their_ranges,
            of_quotes.test_fewer_kinds_give_the_quotations_of_those_kinds,
        ),
    ),
    "quotes, raw offsets": Part(
        of_quotes.plain, all_of(of_quotes.test_raw_spans_hold_the_same_words_before_cleaning)
    ),
    "tables": Part(TABLES, check_table),
}
"""Part to its cases; ``InputError`` is no failure where a case is a table of another kind."""
