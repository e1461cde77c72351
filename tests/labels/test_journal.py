"""Files that only grow: what a crash leaves, whose rows they hold, and who may write."""

import json
import os
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError, LabelError
from pipeline.labels.journal import Journal

ROWS = [{"coder": "ann", "n": n, "text": text} for n, text in enumerate(["“é”", "🎉\u2028\x85", "a\nb", ""])]
LINES = [json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in ROWS]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ann.jsonl"


def rows_in(path):
    with Journal(path, "ann") as journal:
        return journal.rows, journal.notes


def test_each_row_is_in_the_file_when_append_returns(path):
    with Journal(path, "ann") as journal:
        for number, row in enumerate(ROWS, start=1):
            journal.append(row)
            assert path.read_bytes() == b"".join(LINES[:number])
            assert journal.placed[-1] == (f"{path}:{number}", row)
    assert rows_in(path) == (ROWS, [])


def test_each_row_is_written_through_to_the_disk(path, monkeypatch):
    synced = []
    with Journal(path, "ann") as journal:
        real = os.fsync
        monkeypatch.setattr(os, "fsync", lambda file: synced.append(path.read_bytes()) or real(file))
        journal.append(ROWS[0])
        journal.append(ROWS[1])
    assert synced == [LINES[0], LINES[0] + LINES[1]]


def test_a_file_without_rows_is_not_left_behind(tmp_path):
    with Journal(tmp_path / "new" / "folder" / "ann.jsonl", "ann"):
        assert (tmp_path / "new" / "folder" / "ann.jsonl").exists()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_that_was_there_stays(path):
    path.touch()
    assert rows_in(path) == ([], [])
    assert path.exists()


@pytest.mark.parametrize("cut", range(1, len(LINES[1])))
def test_a_last_line_cut_short_anywhere_is_kept_aside_and_told(path, cut):
    broken = LINES[1][:cut]
    path.write_bytes(LINES[0] + broken)
    rows, notes = rows_in(path)
    aside = path.with_name("ann.torn.jsonl")
    if cut == len(LINES[1]) - 1:  # nothing but its end was missing
        assert (rows, notes, path.read_bytes()) == (ROWS[:2], [], LINES[0] + LINES[1])
        return
    assert rows == ROWS[:1]
    assert notes == [f"{path}: its last line was cut short, by a crash perhaps; it is kept in {aside}"]
    assert (path.read_bytes(), aside.read_bytes()) == (LINES[0], broken + b"\n")
    assert rows_in(path) == (ROWS[:1], [])


@pytest.mark.parametrize("broken", [b"\0" * 40, b"\0" * 40 + b"\n", b'{"coder": "ann"\n', b"\xff\n", b"[1]\n", b"3"])
def test_any_last_line_that_is_no_row_is_kept_aside(path, broken):
    path.write_bytes(LINES[0] + broken)
    rows, notes = rows_in(path)
    assert (rows, len(notes), path.read_bytes()) == (ROWS[:1], 1, LINES[0])


def test_lines_cut_short_are_collected(path):
    for part in (b'{"a', b'{"b'):
        path.write_bytes(LINES[0] + part)
        rows_in(path)
    assert path.with_name("ann.torn.jsonl").read_bytes() == b'{"a\n{"b\n'


def test_a_broken_line_in_the_middle_is_an_error_that_names_it(path):
    whole = LINES[0] + b"{broken\n" + LINES[1]
    path.write_bytes(whole)
    with pytest.raises(InputError, match=r"ann\.jsonl:2: not a JSON object; mend or delete the line"):
        rows_in(path)
    assert path.read_bytes() == whole


@settings(max_examples=60, deadline=None)
@given(st.integers(0, sum(map(len, LINES))))
def test_cut_at_any_byte_whole_rows_are_kept_and_writing_goes_on(tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("cut") / "ann.jsonl"
    path.write_bytes(b"".join(LINES)[:cut])
    whole = next(n for n in range(len(LINES), -1, -1) if cut >= sum(map(len, LINES[:n])) - bool(n))
    with Journal(path, "ann") as journal:
        assert journal.rows == ROWS[:whole]
        journal.append(ROWS[0])
    assert rows_in(path)[0] == [*ROWS[:whole], ROWS[0]]


@pytest.mark.parametrize("coder", ["ben", None, "Ann"])
def test_a_file_of_another_coder_is_refused_and_stays_as_it_is(path, coder):
    whole = LINES[0] + json.dumps({"coder": coder}).encode() + b"\n" + b'{"torn'
    path.write_bytes(whole)
    with pytest.raises(LabelError) as caught:
        rows_in(path)
    assert str(caught.value).startswith(f"{path}:2: holds rows of coder {coder!r}, not 'ann'; coders do not see")
    assert path.read_bytes() == whole


def test_two_sessions_do_not_write_one_file(path):
    with Journal(path, "ann"):
        with (
            pytest.raises(InputError, match=r"another session is writing it; end that one first"),
            Journal(path, "ann"),
        ):
            pass
        assert path.exists()
    rows_in(path)


def test_a_killed_writer_leaves_whole_lines_and_no_lock(path):
    program = (
        "import sys\nfrom pathlib import Path\nfrom pipeline.labels.journal import Journal\n"
        "with Journal(Path(sys.argv[1]), 'ann') as journal:\n"
        "    for n in range(10**6):\n        journal.append({'coder': 'ann', 'n': n})\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program, str(path)])
    deadline = time.monotonic() + 60
    while (not path.exists() or path.stat().st_size < 400) and time.monotonic() < deadline:
        time.sleep(0.01)
    writer.kill()
    writer.wait()
    rows, notes = rows_in(path)
    assert [row["n"] for row in rows] == list(range(len(rows)))
    assert len(rows) >= 10
    assert notes == []


@pytest.mark.parametrize("wrong", ["folder", "below a file"])
def test_a_place_that_cannot_be_written_is_told_in_one_line(tmp_path, path, wrong):
    path.mkdir() if wrong == "folder" else path.touch()
    target = path if wrong == "folder" else path / "ann.jsonl"
    with pytest.raises(InputError, match="cannot write here"), Journal(target, "ann"):
        pass


def test_text_that_is_no_utf8_does_not_stop_a_row(path):
    with Journal(path, "ann") as journal:
        journal.append({"coder": "ann", "note": "caf\udce9"})
    assert rows_in(path)[0] == [{"coder": "ann", "note": "caf?"}]


def test_a_full_disk_is_an_error_and_the_next_session_mends_the_line(path):
    program = (
        "import resource, sys\nfrom pathlib import Path\nfrom pipeline.labels.journal import Journal\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (110, 110))\n"
        "with Journal(Path(sys.argv[1]), 'ann') as journal:\n"
        "    for n in range(9):\n        journal.append({'coder': 'ann', 'n': n})\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert "OSError" in done.stderr.splitlines()[-1]
    rows, notes = rows_in(path)
    assert [row["n"] for row in rows] == [0, 1, 2, 3]
    assert len(notes) == 1
