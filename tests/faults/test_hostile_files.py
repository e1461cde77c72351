"""Files made to do harm: each is a reject with its reason, or a safe row, and the good article beside it is read."""

import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hostile import (
    BLANKS,
    GOOD,
    LAUGHS,
    STEERING,
    broken_utf16,
    member,
    negative_member,
    nested_zip,
    not_utf8,
    overlapping_zip,
    parquet,
    parquet_of_one_long_text,
    parquet_of_two_texts,
    sparse_member,
    tarred,
    wide_csv,
    zip_of_a_later_version,
    zip_with_a_name_in_no_encoding,
    zipped,
)

from pipeline.config import IngestConfig
from pipeline.stages.ingest import run
from pipeline.storage import read_articles

TEXT = GOOD.encode()
ROW = json.dumps({"text": GOOD}).encode()
YEARS = pa.array([2**62], pa.timestamp("us"))
Rejects = list[tuple[str | None, str]]

ARCHIVES: dict[str, tuple[Callable[[], bytes], list[str], Rejects]] = {
    "in_archives.zip": (lambda: nested_zip(40), ["::beside.txt"], [("::a.zip", "nested-archive")]),
    "ratio.zip": (lambda: zipped(("a.jsonl", BLANKS)), [], [("::a.jsonl", "empty"), ("", "archive-bomb")]),
    "version.zip": (zip_of_a_later_version, [], [("", "unsupported")]),
    "encoding.zip": (zip_with_a_name_in_no_encoding, [], [("", "broken-archive")]),
    "steering.zip": (lambda: zipped((f"{STEERING}\n.txt", TEXT)), [f"::{STEERING}\n.txt"], []),
    "paths.tar": (
        lambda: tarred(
            member("/etc/a.txt", TEXT), member("../a.txt", TEXT), member("b/../../a.txt", TEXT), member("b/a.txt", TEXT)
        ),
        ["::b/a.txt"],
        [(f"::{name}", "unsafe-member") for name in ("/etc/a.txt", "../a.txt", "b/../../a.txt")],
    ),
    "links.tar": (
        lambda: tarred(
            member("soft.txt", kind=b"2", linkname="/etc/passwd"),
            member("hard.txt", kind=b"1", linkname="/etc/passwd"),
            member("device.txt", kind=b"3", devmajor=1, devminor=5),
            member("block.txt", kind=b"4"),
            member("pipe.txt", kind=b"6"),
            member("a.txt", TEXT),
        ),
        ["::a.txt"],
        [(f"::{name}.txt", "unsafe-member") for name in ("soft", "hard", "device", "block", "pipe")],
    ),
    "sparse.tar": (
        lambda: tarred(sparse_member("a.jsonl", 1 << 40), member("b.txt", TEXT)),
        ["::b.txt"],
        [("::a.jsonl", "unsafe-member")],
    ),
    "headers.tar": (
        lambda: tarred(*[member("x", b"12 path=abc\n", b"x")] * 3000, member("a.txt", TEXT)),
        [],
        [("", "broken-archive")],
    ),
    "names.tar": (
        lambda: tarred(*[member("././@LongLink", b"abc\0", b"L")] * 3000, member("a.txt", TEXT)),
        [],
        [("", "broken-archive")],
    ),
    "map.tar": (
        lambda: tarred(
            member("x", b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n", b"x"), member("a.txt", b"no number\n")
        ),
        [],
        [("", "broken-archive")],
    ),
    "negative.tar": (lambda: tarred(negative_member("a.txt")), [], [("::a.txt", "empty")]),
    "bytes.tar": (lambda: tarred(member("caf\udce9.txt", TEXT)), ["::caf\ufffd.txt"], []),
    "bomb.jsonl.gz": (lambda: gzip.compress(BLANKS, 1), [], [("L1", "empty"), ("", "archive-bomb")]),
    "bomb.tar.gz": (
        lambda: gzip.compress(tarred(member("a.jsonl", BLANKS)), 1),
        [],
        [("::a.jsonl", "empty"), ("", "archive-bomb")],
    ),
    "bombs.jsonl.gz": (lambda: gzip.compress(gzip.compress(BLANKS, 1), 9), [], [("", "binary")]),
}

TABLES: dict[str, tuple[Callable[[], bytes], list[str], Rejects]] = {
    "halves.jsonl": (
        lambda: json.dumps(dict.fromkeys(["title", "outlet", "id", "target"], "\ud800") | {"text": GOOD}).encode(),
        ["#\ufffd"],
        [],
    ),
    "half_a_key.jsonl": (lambda: b'{"\\ud800": 1}\n' + ROW, ["#L2"], [("L1", "no-text-column")]),
    "utf16.jsonl": (lambda: broken_utf16('{"text": "a', '"}\n'), [], [("", "unknown-encoding")]),
    "utf16.txt": (lambda: broken_utf16("“a", "”"), [], [("", "unknown-encoding")]),
    "utf16.html": (lambda: broken_utf16("<p>a", "</p>"), [], [("", "unknown-encoding")]),
    "infinite.jsonl": (
        lambda: b'{"text": "%s", "id": 1e400, "published": NaN, "title": -Infinity}' % TEXT,
        ["#L1"],
        [],
    ),
    "digits.jsonl": (lambda: b'{"text": "x", "id": %s}\n%s' % (b"9" * 5000, ROW), ["#L2"], [("L1", "broken-json")]),
    "digits.json": (lambda: b'[{"text": "x", "id": %s}]' % (b"9" * 5000), [], [("L1", "broken-json")]),
    "deep.jsonl": (lambda: b"[" * 300_000 + b"\n" + ROW, ["#L2"], [("L1", "broken-json")]),
    "deep.json": (lambda: b'{"a":' * 300_000, [], [("L1", "broken-json")]),
    "blank.json": (lambda: b" " * (40 << 20) + b"[" + b"," * (40 << 20), [], [("L1", "broken-json")]),
    "keys.jsonl": (lambda: b'{"text": "a", "text": "%s"}' % TEXT, ["#L1"], []),
    "nan.csv": (
        lambda: f'id,text,published\nnan,"{GOOD}",NaN\nNaN,"{GOOD} No.",NaT\n'.encode(),
        ["#L2", "#L3"],
        [],
    ),
    "nul.csv": (lambda: b'id,text\n1,"%s\0"\n' % TEXT, ["#1"], []),
    "open.csv": (lambda: b'id,text\n1,"%s"\n2,"and so on\n3,x\n' % TEXT, ["#1"], [("L3", "broken-csv")]),
    "wide.csv": (lambda: wide_csv(100_000), ["#L2"], [("L3", "broken-csv")]),
    "header.csv": (lambda: b"x" * (9 << 20) + b"\nid,text\n1,x\n", [], [("L1", "too-large")]),
    "struct.parquet": (lambda: parquet(text=[{"a": GOOD}]), [], [("", "no-text-column")]),
    "bytes.parquet": (lambda: parquet(text=[TEXT]), [], [("", "no-text-column")]),
    "numbers.parquet": (lambda: parquet(text=[1.5, float("nan")]), [], [("", "no-text-column")]),
    "lists.parquet": (lambda: parquet(text=[[GOOD], ["a", None]]), ["#L1"], [("L2", "not-text")]),
    "two.parquet": (parquet_of_two_texts, [], [("", "no-text-column")]),
    "nan.parquet": (
        lambda: parquet(text=[GOOD], id=[float("nan")], published=[float("inf")], title=[b"x"], outlet=[{"a": 1}]),
        ["#L1"],
        [],
    ),
    "year.parquet": (lambda: parquet(text=[GOOD], published=YEARS), [], [("L1", "broken-parquet")]),
    "zone.parquet": (
        lambda: parquet(text=[GOOD], published=pa.array([1], pa.timestamp("us", tz="No/Where"))),
        [],
        [("L1", "broken-parquet")],
    ),
    "utf8.parquet": (lambda: parquet(text=not_utf8(b"\xff\xfe", TEXT)), ["#L2"], [("L1", "broken-parquet")]),
    "long.parquet": (lambda: parquet_of_one_long_text(64 << 20, 1000), [], [("", "archive-bomb")]),
    "often.parquet": (
        lambda: parquet_of_one_long_text(8 << 20, 1000),
        [],
        [("L1", "too-large"), ("L2", "too-large"), ("", "archive-bomb")],
    ),
}

PAGES: dict[str, tuple[Callable[[], bytes], list[str], Rejects]] = {
    # HTML declares no entities, so these are read as they stand.
    "laughs.html": (lambda: LAUGHS, [""], []),
    "laughs.xhtml": (lambda: LAUGHS, [""], []),
    "laughs.xml": (lambda: LAUGHS, [], [("", "unsupported")]),
    "attribute.html": (lambda: b"<p title='" + b"x" * (50 << 20) + b"'>", [], [("", "too-large")]),
    **{
        f"{name}.html": (lambda name=name: f"<meta charset={name}><p>".encode() + TEXT + b"\xe9</p>", [""], [])
        for name in ("undefined", "idna", "punycode", "unicode_escape", "utf7", "u16", "hex", "zip")
    },
}

FILES = ARCHIVES | TABLES | PAGES


def ingest(folder: Path) -> tuple[list[str], Rejects]:
    """Return the sources of the articles in a folder, and place and reason of its rejects."""
    out = folder.parent / "q.parquet"
    run(IngestConfig(paths=(str(folder),), out=out, max_document_mb=1))
    lines = out.with_suffix(".rejected.jsonl").read_text(encoding="utf-8").splitlines()
    rejects = [json.loads(line) for line in lines]
    places = [(r["file"].removeprefix(f"{folder}/").partition("::")[2], r["position"], r["reason"]) for r in rejects]
    sources = [article.source for article in read_articles(out.with_suffix(".articles.parquet"))]
    return sources, [(f"::{inner}" if inner else position or "", reason) for inner, position, reason in places]


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_costs_nothing_but_itself(tmp_path: Path, name: str) -> None:
    make, sources, rejects = FILES[name]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(make())
    (tmp_path / "in" / "zz.txt").write_text(f"{GOOD} Last.", encoding="utf-8")
    found = ingest(tmp_path / "in")
    assert found == ([*(f"{name}{source}" for source in sources), "zz.txt"], rejects)
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"in", "q.parquet", "q.articles.parquet", "q.rejected.jsonl", "q.manifest.json"}


def test_one_member_listed_many_times_is_unpacked_no_further_than_the_limit(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    kernel = b'{"text": ""}\n' + b" " * (2 << 20)
    (tmp_path / "in/a.zip").write_bytes(overlapping_zip(2000, kernel))
    (tmp_path / "in/zz.txt").write_text(GOOD, encoding="utf-8")
    sources, rejects = ingest(tmp_path / "in")
    assert sources == ["zz.txt"]
    # Newer Pythons see that the members lie on one another, and refuse each.
    assert rejects[-1] == ("", "archive-bomb") or {reason for _, reason in rejects} == {"broken-archive", "empty"}


def test_names_of_files_that_steer_a_terminal_are_kept_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / f"in/a\n\t{STEERING}.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / f"in/b\n\t{STEERING}.jpg").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    sources, _ = ingest(tmp_path / "in")
    assert sources == [f"a\n\t{STEERING}.txt"]
    (line,) = (tmp_path / "q.rejected.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["file"] == f"{tmp_path}/in/b\n\t{STEERING}.jpg"
    assert not set(line) & set(STEERING) - set("[2J]0;owned1m3")
