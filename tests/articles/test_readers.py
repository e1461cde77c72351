import gzip
import io
import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.articles.columns import SYNONYMS, find_columns
from pipeline.articles.readers import ReadOptions, read
from pipeline.articles.sources import KINDS, find, kind_of
from pipeline.errors import InputError, RecordError
from pipeline.records import Document, Reject

BODY = "“We will wait,” said Ada Lindqvist."
Read = Callable[..., tuple[list[Document], list[Reject]]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read_all(*paths: str, **options: Any) -> tuple[list[Document], list[Reject]]:
    rejects: list[Reject] = []
    return list(read(paths, ReadOptions(**options), rejects.append)), rejects


def jsonl(*rows: Any) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet(columns: dict[str, Any]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


ROW = {"text": BODY, "title": "Wait", "outlet": "Harbour Courier", "published": "2031-03-14", "url": "u", "id": "n1"}
RECORD = Document(
    BODY, "FILE#n1", "Wait", "Harbour Courier", "2031-03-14", "u", record_id="n1", target=None, has_raw=True
)


def delimited(delimiter: str) -> bytes:
    rows = [list(ROW), [f'"{value}"' for value in ROW.values()]]
    return "".join(delimiter.join(row) + "\n" for row in rows).encode()


ONE_OF_EACH = {
    "a.txt": BODY.encode(), "a.text": BODY.encode(), "a.md": BODY.encode(),
    "a.jsonl": jsonl(ROW), "a.ndjson": jsonl(ROW), "a.json": json.dumps([ROW]).encode(),
    "a.csv": delimited(","), "a.tsv": delimited("\t"),
    "a.parquet": parquet({name: [value] for name, value in ROW.items()}),
}  # fmt: skip


@pytest.mark.parametrize("name", [*ONE_OF_EACH, *(f"{name}.gz" for name in ONE_OF_EACH)])
def test_every_format_gives_the_same_article(folder: Path, name: str) -> None:
    data = ONE_OF_EACH[name.removesuffix(".gz")]
    (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    documents, rejects = read_all(name)
    assert rejects == []
    plain = kind_of(name) == "text"
    expected = Document(BODY, name) if plain else Document(**_fields(RECORD) | {"source": f"{name}#n1"})
    assert documents == [expected]


def _fields(document: Document) -> dict[str, Any]:
    return {name: getattr(document, name) for name in Document.__slots__}


def test_every_ending_has_a_case_here_or_in_the_tests_of_its_own() -> None:
    elsewhere = {".html", ".htm", ".xhtml", ".zip", ".tar"}
    assert {Path(name).suffix for name in ONE_OF_EACH} | elsewhere == set(KINDS)


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (["Headline", "Pub Date", "BODY"], {"text": "BODY", "title": "Headline", "published": "Pub Date"}),
        (["content", "link", "_id"], {"text": "content", "url": "link", "id": "_id"}),
        (["Article Text", "publishedAt"], {"text": "Article Text", "published": "publishedAt"}),
        (["story", "Source"], {"text": "story", "outlet": "Source"}),
        (["full-text", "target"], {"text": "full-text", "target": "target"}),
        (["body", "text"], {"text": "text"}),
        (["source", "publisher", "article"], {"text": "article", "outlet": "publisher"}),
    ],
)  # fmt: skip
def test_the_usual_column_names_are_found(header: list[str], columns: dict[str, str]) -> None:
    assert find_columns(header, {}) == columns


def test_configured_columns_come_first_and_must_exist() -> None:
    names = ["text", "Volltext", "Titel"]
    assert find_columns(names, {"text": "Volltext", "title": "Titel"}) == {"text": "Volltext", "title": "Titel"}
    with pytest.raises(RecordError, match=r"no column 'Vollext'; it has text, Volltext, Titel") as caught:
        find_columns(names, {"text": "Vollext"})
    assert caught.value.reason == "no-text-column"


def test_no_column_name_stands_for_two_fields() -> None:
    names = [name for synonyms in SYNONYMS.values() for name in synonyms]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ({"source": {"id": "hc", "name": "Harbour Courier"}}, "outlet", "Harbour Courier"),
        ({"title": "  two\nlines "}, "title", "two lines"),
        ({"title": ""}, "title", None),
        ({"id": 12}, "source", "a.jsonl#12"),
        ({"id": None}, "source", "a.jsonl#L1"),
        ({"target": "Loopi"}, "target", "Loopi"),
        ({"text": ["one", "two"]}, "text", "one\n\ntwo"),
        ({"text": "a\ud83d b\r\nc"}, "text", "a\ufffd b\nc"),
        ({"published": float("nan")}, "published", None),
    ],
)
def test_values_of_json_records(folder: Path, row: dict[str, Any], field: str, value: str) -> None:
    (folder / "a.jsonl").write_bytes(jsonl({"text": BODY} | row))
    documents, rejects = read_all("a.jsonl")
    assert (getattr(documents[0], field), rejects) == (value, [])


def test_broken_lines_are_rejects_and_the_rest_goes_on(folder: Path) -> None:
    lines = [
        jsonl({"text": BODY}), b"{broken\n", b"\n", b"[1, 2]\n", b"7\n", jsonl({"text": " "}), jsonl({"text": 5}),
        jsonl({"words": BODY}), b"[" * 100_000 + b"\n", jsonl({"text": "x" * 2_000}), jsonl({"text": BODY, "id": "z"}),
    ]  # fmt: skip
    (folder / "a.jsonl").write_bytes(b"".join(lines))
    documents, rejects = read_all("a.jsonl", max_document_bytes=1_000)
    assert [d.source for d in documents] == ["a.jsonl#L1", "a.jsonl#z"]
    assert [(r.position, r.reason) for r in rejects] == [
        ("L2", "broken-json"), ("L4", "broken-json"), ("L5", "broken-json"), ("L6", "empty"), ("L7", "not-text"),
        ("L8", "no-text-column"), ("L9", "too-large"), ("L10", "too-large"),
    ]  # fmt: skip
    assert rejects[0].record == "{broken"
    assert rejects[0].file == "a.jsonl"


def test_json_nested_too_deep_is_a_reject(folder: Path) -> None:
    (folder / "a.jsonl").write_bytes(b"[" * 200_000 + b"\n" + jsonl({"text": BODY}))
    (folder / "b.json").write_bytes(b'[{"text": ' + b"[" * 200_000)
    documents, rejects = read_all("a.jsonl", "b.json")
    assert (len(documents), [r.reason for r in rejects]) == (1, ["broken-json", "broken-json"])


@pytest.mark.parametrize(
    ("text", "sources", "reasons"),
    [
        ('[{"text": "a"}, {"text": "b", "id": "B"}]', ["a.json#L1", "a.json#B"], []),
        ('{"text": "a"}', ["a.json#L1"], []),
        ('{"text": "a"}\n{"text": "b"}', ["a.json#L1", "a.json#L2"], []),
        ('{"status": "ok", "articles": [{"content": "a"}, {"content": "b"}]}', ["a.json#L1", "a.json#L2"], []),
        ('[{"text": "a"}, 5, {"text": "b"}]', ["a.json#L1", "a.json#L3"], ["broken-json"]),
        ('[{"text": "a"}, {"text": "b"', ["a.json#L1"], ["broken-json"]),
        ('[{"text": "a"},', ["a.json#L1"], ["broken-json"]),
        ('[{"text": "a"} nonsense {"text": "b"}]', ["a.json#L1"], ["broken-json"]),
        ("[]", [], ["empty"]),
    ],
)
def test_json_files(folder: Path, text: str, sources: list[str], reasons: list[str]) -> None:
    (folder / "a.json").write_text(text)
    documents, rejects = read_all("a.json")
    assert ([d.source for d in documents], [r.reason for r in rejects]) == (sources, reasons)


def test_a_json_array_longer_than_any_buffer_is_read_element_by_element(folder: Path) -> None:
    rows = [{"text": f"{number} " + "é" * 50_000} for number in range(10)]
    (folder / "a.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    documents, rejects = read_all("a.json", max_document_bytes=110_000)
    assert ([d.text for d in documents], rejects) == ([row["text"] for row in rows], [])


def test_csv_rows_have_the_line_they_start_on_and_bad_rows_are_rejects(folder: Path) -> None:
    rows = [
        'title,text', 'A,"two', 'lines"', '', 'B,one,too many', 'C', 'D,"stray "mark" inside"', 'E,fine,,', 'F,""',
        'G,last',
    ]  # fmt: skip
    (folder / "a.csv").write_bytes("\r\n".join(rows).encode())
    documents, rejects = read_all("a.csv")
    assert [(d.source, d.title, d.text) for d in documents] == [
        ("a.csv#L2", "A", "two\nlines"), ("a.csv#L8", "E", "fine"), ("a.csv#L10", "G", "last"),
    ]  # fmt: skip
    assert [(r.position, r.reason) for r in rejects] == [
        ("L5", "broken-csv"), ("L6", "broken-csv"), ("L7", "broken-csv"), ("L9", "empty"),
    ]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_csv_file_is_found(folder: Path, delimiter: str) -> None:
    (folder / "a.csv").write_text(f"title{delimiter}body\nA{delimiter}“b”\n", encoding="cp1252")
    assert read_all("a.csv")[0] == [Document("“b”", "a.csv#L2", title="A", record_id="L2")]


def test_a_field_longer_than_the_csv_modules_own_limit_is_read(folder: Path) -> None:
    text = "long " * 60_000
    (folder / "a.csv").write_text(f'text\n"{text}"\n')
    assert [d.text for d in read_all("a.csv")[0]] == [text]


def test_an_unclosed_field_is_one_reject_and_takes_nothing_into_a_text(folder: Path) -> None:
    (folder / "a.csv").write_text('text,title\nfine,A\n"open,B\nnext,C\n')
    documents, rejects = read_all("a.csv")
    assert ([d.text for d in documents], [(r.position, r.reason) for r in rejects]) == (
        ["fine"],
        [("L3", "broken-csv")],
    )


def test_a_csv_without_a_text_column_is_one_reject_that_names_its_columns(folder: Path) -> None:
    (folder / "a.csv").write_text("name,age\nAda,36\n")
    documents, [reject] = read_all("a.csv")
    assert (documents, reject.reason) == ([], "no-text-column")
    assert "it has name, age" in reject.message


def test_dates_and_numbers_of_a_parquet_file_are_text(folder: Path) -> None:
    table = {"Body": [BODY, None], "date": [date(2031, 3, 14), None], "id": [7, 8], "time": [datetime(2031, 3, 14)] * 2}
    (folder / "a.parquet").write_bytes(parquet(table))
    [document], [reject] = read_all("a.parquet")
    assert (document.published, document.source, reject.position, reject.reason) == (
        "2031-03-14",
        "a.parquet#7",
        "L2",
        "empty",
    )


@pytest.mark.parametrize(
    ("columns", "texts", "reason"),
    [
        ({"text": [1, 2]}, [], "no-text-column"),
        ({"words": ["a"]}, [], "no-text-column"),
        ({"text": pa.array(["a", "b"]).dictionary_encode()}, ["a", "b"], None),
        ({"text": pa.array(["a"], pa.large_string())}, ["a"], None),
        ({"text": [["a", "b"]]}, ["a\n\nb"], None),
        ({"text": pa.array([], pa.string())}, [], "empty"),
    ],
)
def test_text_columns_of_parquet_files(
    folder: Path, columns: dict[str, Any], texts: list[str], reason: str | None
) -> None:
    (folder / "a.parquet").write_bytes(parquet(columns))
    documents, rejects = read_all("a.parquet")
    assert [d.text for d in documents] == texts
    assert [r.reason for r in rejects] == ([reason] if reason else [])


def test_a_parquet_file_larger_than_a_batch_is_read_in_order(folder: Path) -> None:
    (folder / "a.parquet").write_bytes(parquet({"text": [f"t{n}" for n in range(200)]}))
    assert [d.text for d in read_all("a.parquet")[0]] == [f"t{n}" for n in range(200)]


def test_standard_input_is_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    data = jsonl({"text": BODY, "id": "x"}, {"text": "b"}) + b"{"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    documents, rejects = read_all("-")
    assert [d.source for d in documents] == ["stdin#x", "stdin#L2"]
    assert [(r.file, r.position, r.reason) for r in rejects] == [("-", "L3", "broken-json")]


def test_folders_are_read_in_sorted_order_without_hidden_and_side_files(folder: Path) -> None:
    files = [
        "b.txt", "a/z.txt", "a/y.TXT", ".hidden.txt", ".git/c.txt", "__MACOSX/d.txt", "page.extracted.txt",
        "out.parquet", "out.articles.parquet", "out.rejected.jsonl", "out.manifest.json",
    ]  # fmt: skip
    for name in files:
        (folder / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "in" / name).write_text(BODY)
    assert [d.source for d in read_all("in")[0]] == ["b.txt", "a/y.TXT", "a/z.txt"]
    assert [d.source for d in read_all(str(folder / "in") + "/")[0]] == ["b.txt", "a/y.TXT", "a/z.txt"]


def test_names_of_several_paths_stay_apart(folder: Path) -> None:
    for name in ("one/a.txt", "two/a.txt", "two/b.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(BODY)
    assert [s.name for s in find(["one", "two"])] == ["one/a.txt", "two/a.txt", "two/b.txt"]
    assert [s.name for s in find(["two/b.txt", "one/a.txt"])] == ["b.txt", "a.txt"]
    assert [s.name for s in find(["two/a.txt", "one/a.txt"])] == ["two/a.txt", "one/a.txt"]
    assert [s.name for s in find(["two", "two/a.txt"])] == ["two/a.txt", "two/b.txt"]


@pytest.mark.parametrize(
    ("paths", "message"), [(["gone.txt"], "no such file"), (["empty"], "no files"), ([], "no input")]
)
def test_a_missing_path_and_an_empty_folder_are_errors(folder: Path, paths: list[str], message: str) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(InputError, match=message):
        read_all(*paths)


def test_founding_documents_keep_their_file_names(shared: Path) -> None:
    names = sorted(path.name for path in (shared / "seeds").glob("*.txt"))
    assert [d.source for d in read_all(*(str(shared / "seeds" / name) for name in names))[0]] == names
