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
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from _shared import ROOT
from hypothesis import strategies as st

for folder in ("articles", "quotes", ""):
    sys.path.insert(0, str(ROOT / "tests" / folder))

import test_cleaning_roundtrip as of_cleaning  # noqa: E402
import test_properties as of_quotes  # noqa: E402
import test_storage as of_tables  # noqa: E402

from pipeline.articles.cleaning import clean  # noqa: E402
from pipeline.articles.html import page_text  # noqa: E402
from pipeline.articles.readers import ReadOptions, read  # noqa: E402
from pipeline.config import IngestConfig  # noqa: E402
from pipeline.errors import RecordError  # noqa: E402
from pipeline.records import Document, Reject  # noqa: E402
from pipeline.stages import ingest  # noqa: E402
from pipeline.storage import read_articles, read_table, schema_of, write_table  # noqa: E402

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
    members = {
        "b/a.jsonl": _jsonl(ROWS),
        "c.txt": GOOD.encode("utf-16"),
        "d.csv.gz": gzip.compress(_csv(ROWS), mtime=0),
    }
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

_PIECES = [
    b"",
    b"\0",
    b"\xff",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b'"',
    b"\n",
    b"\r",
    b",",
    b"\x1b[2J",
    b"[" * 5000,
    b"NaN",
    b"1e999",
]
_PIECES += [
    b"9" * 5000,
    b'"\\ud800"',
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PAR1",
    b"\x1f\x8b\x08",
    b"{",
    b"}",
    b"..",
    b"/",
    b"\0" * 512,
]
_CHANGE = st.tuples(
    st.integers(0, 1 << 14), st.integers(0, 9), st.one_of(st.sampled_from(_PIECES), st.binary(max_size=4))
)


def changed(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """Return the bytes with so many of them, from a place on, exchanged for others, several times."""
    for place, length, piece in changes:
        at = place % (len(data) + 1)
        data = data[:at] + piece + data[at + (length or len(piece)) :]
    return data


def summed(data: bytes) -> bytes:
    """Return a tar archive with the sums of its headers put right, so that what was changed in them is read."""
    blocks = [bytearray(data[at : at + 512]) for at in range(0, len(data), 512)]
    for block in blocks:
        if block[257:262] == b"ustar" and len(block) == 512:
            block[148:156] = b" " * 8
            block[148:156] = b"%06o\0 " % sum(block)
    return b"".join(blocks)


def _file(case: tuple[str, list[Any], bytes | None]) -> tuple[str, bytes]:
    name, changes, data = case
    data = changed(FILES[name], changes) if data is None else data
    return name, summed(data) if name == "a.tar" else data


# Archives have the most that can be put otherwise.
_NAMES = st.sampled_from([*sorted(FILES), *["a.tar", "a.zip"] * 6])
BROKEN = st.tuples(_NAMES, st.lists(_CHANGE, max_size=4), st.none())
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
        assert not set(document.text) & set("\0\r")
        json.dumps(asdict(document), ensure_ascii=False).encode()
        with suppress(RecordError):
            clean(document)
    for reject in rejects:
        assert reject.reason
        assert reject.message
        json.dumps(asdict(reject), ensure_ascii=False).encode()


def check_reading(case: tuple[str, list[Any], bytes | None]) -> None:
    """Check that a file comes out as documents or rejects, all of which a file can hold; nothing else is raised."""
    with tempfile.TemporaryDirectory() as folder:
        documents, rejects = _read(Path(folder), *_file(case))
    assert documents or rejects, "neither a document nor a reject"
    _check_items(documents, rejects)


TEXT = (
    of_cleaning.TEXTS
    | st.text(max_size=80)
    | st.text(st.characters(categories=["Cs", "Cc", "L"]), max_size=20)
    | st.sampled_from(["", "=1", "nan"])
)
TABLE_ROWS = st.lists(
    st.fixed_dictionaries({"id": TEXT, "title": TEXT, "published": TEXT, "text": TEXT}), min_size=1, max_size=5
)


_VALUES = st.recursive(
    st.none() | st.booleans() | TEXT | st.floats() | st.integers(-(10**400), 10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)
_KEYS = st.sampled_from(["text", "title", "id", "published", "outlet", "target", "\ud800", "\x1b[2J"]) | TEXT
OBJECTS = st.tuples(
    st.sampled_from(["a.jsonl", "a.json"]),
    st.lists(st.dictionaries(_KEYS, _VALUES, max_size=4), min_size=1, max_size=4),
)


def check_objects(case: tuple[str, list[dict[str, Any]]]) -> None:
    """Check that every JSON object, whatever it holds, is a document or a reject."""
    name, rows = case
    with tempfile.TemporaryDirectory() as folder:
        documents, rejects = _read(Path(folder), name, FORMATS[name](rows))
    _check_items(documents, rejects)
    assert len(documents) + len(rejects) >= (len(rows) if name == "a.jsonl" else 1)


TYPES = {
    **{f"timestamp {unit}": pa.timestamp(unit) for unit in ("s", "ms", "us", "ns")},
    **{f"duration {unit}": pa.duration(unit) for unit in ("s", "us")},
    "zone": pa.timestamp("us", tz="+23:59"), "no zone": pa.timestamp("s", tz="No/Where"), "double": pa.float64(),
    "date64": pa.date64(), "time": pa.time64("us"), "integer": pa.int64(), "nested": pa.list_(pa.int64()),
}  # fmt: skip
COLUMNS = st.tuples(
    st.sampled_from(["title", "published", "id", "text"]),
    st.sampled_from(sorted(TYPES)),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=4),
    st.lists(st.binary(max_size=6), min_size=4, max_size=4),
)


def check_columns(case: tuple[str, str, list[int | None], list[bytes]]) -> None:
    """Check that every row of a Parquet file, whatever its columns hold, is a document or a reject."""
    column, kind, values, texts = case
    numbers = pa.array(values, pa.int64())
    if kind == "nested":
        cells = pa.array([[value] for value in values], TYPES[kind])
    else:
        cells = numbers.cast(pa.float64(), safe=False) if kind == "double" else numbers.view(TYPES[kind])
    text = pa.array([GOOD.encode() + text for text in texts[: len(values)]]).view(pa.string())
    out = io.BytesIO()
    try:
        pq.write_table(pa.table({"text": text, "outlet": text} | {column: cells}), out)
    except pa.ArrowException:
        return  # no file can hold it
    with tempfile.TemporaryDirectory() as folder:
        documents, rejects = _read(Path(folder), "a.parquet", out.getvalue())
    _check_items(documents, rejects)
    assert len(documents) + len(rejects) == (len(values) if column != "text" else 1)


def check_rows(case: tuple[str, list[dict[str, str]]]) -> None:
    """Check that every row of a sound table is a document or a reject."""
    name, rows = case
    if not name.startswith("a.json"):  # JSON alone can spell half a character
        rows = [{key: value.encode("utf-8", "replace").decode() for key, value in row.items()} for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        documents, rejects = _read(Path(folder), name, FORMATS[name](rows))
    _check_items(documents, rejects)
    if {reject.position for reject in rejects} == {None}:
        assert {reject.reason for reject in rejects} <= {"binary", "unknown-encoding", "empty", "archive-bomb"}
        return
    assert len(documents) + len(rejects) == len(rows)


def check_page(data: bytes) -> None:
    """Check that a page's bytes become markup that a worker can be sent, or a reject."""
    with suppress(RecordError):
        page_text(data).encode()


_CHARSETS = [
    b"utf-8",
    b"cp1252",
    b"idna",
    b"punycode",
    b"undefined",
    b"utf-16",
    b"u7",
    b"hex",
    b"unicode_escape",
    b"hz",
    b"big5",
]
PAGES = st.builds(
    lambda name, parts: b"<meta charset=" + name + b"><p>" + b"".join(parts),
    st.sampled_from(_CHARSETS) | st.binary(min_size=1, max_size=9),
    st.lists(
        st.sampled_from([*_PIECES, GOOD.encode(), b"\xe9", b"<p>", b"&#xd800;"]) | st.binary(max_size=40), max_size=6
    ),
)

# --- the whole way of a file, as the ingest stage goes it


def check_ingest(case: tuple[str, list[Any], bytes | None]) -> None:
    """Check that rows lie in their articles, cleaned and raw, and no other file is written, beside a broken file."""
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
    "title": st.none()
    | of_tables.TEXTS
    | st.sampled_from(["=1", "'", "'=", "\ufeff", "\x1a", "\0", "+", "nan", "None"]),
    "start": st.none() | st.integers(-(2**63), 2**63 - 1),
    "p_anti": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "is_statement": st.none() | st.booleans(),
}
TABLES = st.tuples(st.sampled_from([".csv", ".jsonl", ".parquet"]), st.lists(st.fixed_dictionaries(_KINDS), max_size=6))


def check_table(case: tuple[str, list[dict[str, Any]]]) -> None:
    """Check that what is written is read again."""
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
    "readers, any objects": Part(OBJECTS, check_objects),
    "readers, any columns": Part(COLUMNS, check_columns),
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
    "quotes, raw offsets": Part(of_quotes.plain, all_of(of_quotes.test_raw_spans_hold_the_same_words_before_cleaning)),
    "tables": Part(TABLES, check_table),
}
