import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipeline.articles.readers import ReadOptions, read
from pipeline.records import Reject

BODY = b"A plain article."
MEMBERS = {"b/inner.txt": BODY, "news.jsonl": b'{"text": "t", "id": "n1"}\n{"text": ""}\n', ".hid.txt": BODY}


def read_all(path: Path, **options: Any) -> tuple[list[str], list[tuple[str, str | None, str]]]:
    rejects: list[Reject] = []
    documents = list(read([str(path)], ReadOptions(**options), rejects.append))
    return [d.source for d in documents], [(r.file.removeprefix(str(path)), r.position, r.reason) for r in rejects]


def tar_file(path: Path, mode: str, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def zip_file(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("a.zip", None),
        ("a.tar", "w"),
        ("a.tar.gz", "w:gz"),
        ("a.tgz", "w:gz"),
        ("a.tar.bz2", "w:bz2"),
        ("a.tar.xz", "w:xz"),
    ],
)
def test_members_are_read_and_named(tmp_path: Path, name: str, mode: str | None) -> None:
    path = tar_file(tmp_path / name, mode, MEMBERS) if mode else zip_file(tmp_path / name, MEMBERS)
    assert read_all(path) == (
        [f"{name}::b/inner.txt", f"{name}::news.jsonl#n1"],
        [("::news.jsonl", "L2", "empty")],
    )


UNSAFE = {
    "../up.txt": BODY,
    "/etc/abs.txt": BODY,
    "c:\\win.txt": BODY,
    "in/inner.zip": b"PK",
    "x.jpg": BODY,
    "ok.txt": BODY,
}
UNSAFE_REASONS = ["unsafe-member", "unsafe-member", "unsafe-member", "nested-archive", "unsupported"]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_unsafe_members_are_rejects_and_the_rest_goes_on(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    path = zip_file(path, UNSAFE) if kind == "zip" else tar_file(path, "w", UNSAFE)
    sources, rejects = read_all(path)
    assert sources == [f"a.{kind}::ok.txt"]
    assert [reason for _, _, reason in rejects] == UNSAFE_REASONS
    assert not (tmp_path.parent / "up.txt").exists()


def test_links_are_rejects(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr(info, "/etc/hostname")
    for name in ("a.tar", "a.zip"):
        assert read_all(tmp_path / name) == ([], [("::link.txt", None, "unsafe-member")])


def test_a_member_over_the_size_cap_is_one_reject(tmp_path: Path) -> None:
    path = zip_file(tmp_path / "a.zip", {"big.txt": b"x y " * 1000, "ok.txt": BODY})
    assert read_all(path, max_document_bytes=1000) == (["a.zip::ok.txt"], [("::big.txt", None, "too-large")])


BOMB = b'{"text": "t"}\n' + b" " * (40 << 20)


@pytest.mark.parametrize(
    ("name", "mode"), [("a.zip", None), ("a.tar.gz", "w:gz"), ("a.tar.xz", "w:xz"), ("a.jsonl.gz", "gz")]
)
def test_what_unpacks_to_far_more_than_its_size_is_stopped(tmp_path: Path, name: str, mode: str | None) -> None:
    path = tmp_path / name
    if mode == "gz":
        import gzip

        path.write_bytes(gzip.compress(BOMB))
    elif mode:
        tar_file(path, mode, {"a.jsonl": BOMB, "b.txt": BODY})
    else:
        zip_file(path, {"a.jsonl": BOMB, "b.txt": BODY})
    sources, rejects = read_all(path)
    assert [source.split("#")[-1] for source in sources] == ["L1"]
    assert rejects == [("", None, "archive-bomb")]


def test_an_archive_over_the_absolute_size_is_stopped(tmp_path: Path) -> None:
    path = tar_file(tmp_path / "a.tar", "w", {f"{n}.txt": b"x y " * 25_000 for n in range(10)})
    sources, rejects = read_all(path, max_unpacked_bytes=500_000)
    assert (0 < len(sources) < 10, rejects) == (True, [("", None, "archive-bomb")])


def test_a_tar_header_of_great_length_is_not_read(tmp_path: Path) -> None:
    info = tarfile.TarInfo("long")
    info.type, info.size = tarfile.XHDTYPE, 8 << 20
    (tmp_path / "a.tar").write_bytes(info.tobuf() + b"x" * info.size + b"\0" * 1024)
    assert read_all(tmp_path / "a.tar") == ([], [("", None, "archive-bomb")])


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_too_many_members_are_refused(tmp_path: Path, kind: str) -> None:
    members = {f"{n}.txt": BODY for n in range(5)}
    path = tmp_path / f"a.{kind}"
    path = zip_file(path, members) if kind == "zip" else tar_file(path, "w", members)
    assert read_all(path, max_members=4)[1] == [("", None, "archive-bomb")]
    assert read_all(path, max_members=5)[1] == []


@pytest.mark.parametrize(
    ("name", "mode", "reason"),
    [
        ("a.zip", None, "broken-archive"),
        ("a.tar", "w", "broken-archive"),
        ("a.tar.gz", "w:gz", "truncated"),
        ("a.tar.xz", "w:xz", "truncated"),
    ],
)
def test_a_truncated_archive_is_a_reject(tmp_path: Path, name: str, mode: str | None, reason: str) -> None:
    import random

    noise = random.Random(1).randbytes(40_000).hex().encode()
    members = {"a.txt": BODY, "b.txt": noise}
    path = tar_file(tmp_path / name, mode, members) if mode else zip_file(tmp_path / name, members)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    sources, rejects = read_all(path)
    assert sources == ([] if name == "a.zip" else [f"{name}::a.txt"])
    assert rejects[-1] == ("", None, reason)


def test_a_damaged_zip_member_is_a_reject_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("bad.txt", b"the first text")
        archive.writestr("good.txt", BODY)
    path.write_bytes(path.read_bytes().replace(b"first", b"fifth"))
    assert read_all(path) == (["a.zip::good.txt"], [("::bad.txt", None, "broken-archive")])


def test_an_encrypted_member_is_a_reject(tmp_path: Path) -> None:
    path = zip_file(tmp_path / "a.zip", {"a.txt": BODY})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert read_all(path) == ([], [("::a.txt", None, "encrypted")])


def test_an_empty_archive_is_a_reject(tmp_path: Path) -> None:
    assert read_all(zip_file(tmp_path / "a.zip", {})) == ([], [("", None, "empty")])
