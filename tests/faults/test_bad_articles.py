"""Files as they arrive in real life: each becomes a reject with its reason, and the good ones beside it are read."""

import gzip
import json
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.config import IngestConfig
from pipeline.errors import InputError
from pipeline.stages.ingest import run
from pipeline.storage import read_table

GOOD = "The board met. “We will wait for the report of the auditors,” said Ada Lindqvist of the ministry."
NOISE = random.Random(3).randbytes(60_000)
ROWS = "".join(
    json.dumps({"text": GOOD, "id": n, "noise": NOISE[n * 100 : n * 100 + 400].hex()}) + "\n" for n in range(100)
)


def written(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "photo.jpg": (written(b"\xff\xd8\xff\xe0\x00\x10JFIF" + NOISE), "binary"),
    "photo.txt": (written(b"\xff\xd8\xff\xe0\x00\x10JFIF" + NOISE), "binary"),
    "photo.csv": (written(b"\x89PNG\r\n\x1a\n" + NOISE), "binary"),
    "photo.jsonl": (written(NOISE), "binary"),
    "photo.json": (written(NOISE), "binary"),
    "photo.html": (written(NOISE), "binary"),
    "paper.docx": (lambda path: zipfile.ZipFile(path, "w").close(), "binary"),
    "notes.rst": (written(b"Some notes."), "unsupported"),
    "empty.txt": (written(b""), "empty"),
    "empty.gz": (written(b""), "empty"),
    "blank.txt": (written(b" \n\xc2\xa0\n"), "empty"),
    "empty.csv": (written(b""), "empty"),
    "header.csv": (written(b"title,text\n"), "empty"),
    "empty.jsonl": (written(b"\n\n"), "empty"),
    "empty.json": (written(b""), "empty"),
    "empty.txt.gz": (written(gzip.compress(b"")), "empty"),
    "columns.csv": (written(b"a,b\n1,2\n"), "no-text-column"),
    "one.json": (written(b'{"name": "x"}'), "no-text-column"),
    "broken.json": (written(b"{nothing"), "broken-json"),
    "broken.parquet": (written(b"PAR1 and no more"), "broken-parquet"),
    "text.parquet": (written(GOOD.encode()), "broken-parquet"),
    "broken.zip": (written(b"PK no archive"), "broken-archive"),
    "broken.tar": (written(b"no archive at all" * 100), "broken-archive"),
    "broken.tar.xz": (written(b"no archive at all"), "broken-archive"),
    "plain.txt.gz": (written(GOOD.encode()), "broken-gzip"),
    "cut.txt.gz": (written(gzip.compress(GOOD.encode())[:-20]), "truncated"),
    "large.txt": (written(b"word " * 250_000), "too-large"),
    "large.txt.gz": (written(gzip.compress(b"word " * 250_000)), "too-large"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ingest(*paths: str) -> tuple[list[str], list[tuple[str, str | None, str]]]:
    run(IngestConfig(paths=paths, out=Path("q.parquet"), max_document_mb=1))
    rejects = [json.loads(line) for line in Path("q.rejected.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = read_table(Path("q.parquet"))
    return [row["source"] for row in rows], [(r["file"], r["position"], r["reason"]) for r in rejects]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_alone_is_one_clear_line_and_no_output(folder: Path, name: str) -> None:
    write, _ = BAD[name]
    write(folder / "in" / name)
    with pytest.raises(InputError, match=r"^nothing could be read; in/") as caught:
        ingest("in")
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [path.name for path in folder.iterdir()] == ["in"]


def test_bad_files_among_good_ones_are_rejects_with_their_reasons(folder: Path) -> None:
    for name, (write, _) in BAD.items():
        write(folder / "in" / name)
    for name in ("a.txt", "m.txt", "z.txt"):
        (folder / "in" / name).write_text(f"{GOOD} {name}", encoding="utf-8")
    sources, rejects = ingest("in")
    assert sources == ["a.txt", "m.txt", "z.txt"]
    reasons = {Path(file).name: reason for file, _, reason in rejects}
    assert reasons == {name: reason for name, (_, reason) in BAD.items()}
    assert len(rejects) == len(BAD)


@pytest.mark.parametrize("name", ["news.jsonl.gz", "news.csv.gz"])
def test_what_stands_before_the_cut_of_a_gzip_file_is_read(folder: Path, name: str) -> None:
    text = (
        ROWS
        if "jsonl" in name
        else "id,text\n" + "".join(f'{n},"{GOOD} {NOISE[n * 50 : n * 50 + 50].hex()}"\n' for n in range(1000))
    )
    data = gzip.compress(text.encode())
    (folder / "in" / name).write_bytes(data[: len(data) * 9 // 10])
    sources, rejects = ingest("in")
    assert 10 < len(sources) < (100 if "jsonl" in name else 1000)
    assert sources == [f"{name}#{n}" for n in range(len(sources))]
    assert rejects == [(f"in/{name}", None, "truncated")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_a_reject(folder: Path) -> None:
    (folder / "in/a.txt").write_text(GOOD, encoding="utf-8")
    (folder / "in/b.txt").write_text(GOOD)
    (folder / "in/b.txt").chmod(0)
    assert ingest("in") == (["a.txt"], [("in/b.txt", None, "unreadable")])


def test_a_link_to_nowhere_and_a_loop_of_folders_do_no_harm(folder: Path) -> None:
    (folder / "in/a.txt").write_text(GOOD, encoding="utf-8")
    (folder / "in/gone.txt").symlink_to("nowhere")
    (folder / "in/loop").symlink_to("..")
    assert ingest("in") == (["a.txt"], [("in/gone.txt", None, "unreadable"), ("in/loop", None, "linked-folder")])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_without_permission_is_a_reject(folder: Path) -> None:
    (folder / "in/a.txt").write_text(GOOD, encoding="utf-8")
    (folder / "in/closed").mkdir(mode=0)
    assert ingest("in") == (["a.txt"], [("in/closed", None, "unreadable")])


def test_file_names_that_are_no_unicode_are_read(folder: Path) -> None:
    (folder / "in" / os.fsdecode(b"caf\xe9.txt")).write_text(GOOD, encoding="utf-8")
    (folder / "in" / os.fsdecode(b"x\xe9.jpg")).write_bytes(b"\xff\xd8\xff\xe0" + NOISE)
    assert ingest("in") == (["caf\ufffd.txt"], [("in/x\ufffd.jpg", None, "binary")])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_newlines_do_not_change_a_quote(folder: Path, encoding: str, newline: str) -> None:
    text = f"A plain first line.\n\n{GOOD}\n\n“It isn’t over,” she said."
    (folder / "in/a.txt").write_bytes(text.replace("\n", newline).encode(encoding))
    ingest("in")
    rows = read_table(Path("q.parquet"))
    assert [text[row["raw_start"] : row["raw_end"]] for row in rows] == [row["text"] for row in rows]
    assert [row["text"] for row in rows] == ["“We will wait for the report of the auditors,”", "“It isn’t over,”"]


def test_a_huge_line_is_passed_over_in_bounded_memory(folder: Path) -> None:
    import tracemalloc

    with (folder / "in/a.jsonl").open("wb") as handle:
        handle.write(b'{"text": "')
        for _ in range(600):
            handle.write(b"word " * 20_000)
        handle.write(b'"}\n' + json.dumps({"text": GOOD, "id": "after"}).encode())
    ingest("in")  # imports are done
    tracemalloc.start()
    sources, rejects = ingest("in")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (sources, rejects) == (["a.jsonl#after"], [("in/a.jsonl", "L1", "too-large")])
    assert peak < 40e6
