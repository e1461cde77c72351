"""A session in a real pseudo-terminal: keys, interrupts, kills, and a terminal left as it was found."""

import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from town import COUNCIL, HARBOUR, TARGET

from pipeline.config import IngestConfig, load_config
from pipeline.stages import ingest

PATIENCE = 60  # seconds; the machine may be busy
MAIN = "import sys; from pipeline.cli import main; sys.exit(main())"
LEFT = "\x1b[?25h\x1b[?2004l\x1b[?1049l"
FIRST, SECOND = "“The ban on Quillon routers", "“a détour without a map”"


class Sitting:
    """A command in a pseudo-terminal of its own."""

    def __init__(self, command, folder, rows=24, columns=80, **variables):
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            command,
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            cwd=folder,
            env={**kept, "TERM": "xterm-256color", "PYTHONPATH": str(Path(ingest.__file__).parents[2]), **variables},
            start_new_session=True,
            preexec_fn=self._at_the_keyboard,
        )
        self.output = ""

    @staticmethod
    def _at_the_keyboard():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(
            signal.SIGINT, signal.SIG_DFL
        )  # tests started in the background are deaf to it, and so their heirs

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.master, keys.encode())

    def read(self, seconds=0.1):
        while select.select([self.master], [], [], seconds)[0]:
            data = os.read(self.master, 65536)
            self.output += data.decode("utf-8", "replace")
            seconds = 0.0

    @property
    def screen(self):
        """The lines that were drawn last, with what was asked and typed below."""
        frame = self.output.rpartition("\x1b[H")[2]
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", frame).replace("\r", "").split("\n")

    def wait(self, wanted):
        """Wait until something is true, or a text is on the screen."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.read()
            if wanted() if callable(wanted) else wanted in "\n".join(self.screen):
                return self
            assert self.process.poll() is None or callable(wanted), self.output
        raise AssertionError(f"{wanted} did not come:\n{self.output[-3000:]}")

    def end(self):
        """Return the status, once the process has ended."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            self.read()
        self.read()
        return self.process.poll()

    def as_it_was(self):
        """Tell whether the terminal is as it was before."""
        return termios.tcgetattr(self.slave) == self.before

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Return a folder with the quote table of two articles, and its articles."""
    made = tmp_path_factory.mktemp("table")
    (made / "news").mkdir()
    (made / "news/council.txt").write_text(COUNCIL, encoding="utf-8")
    (made / "news/harbour.txt").write_text(HARBOUR, encoding="utf-8")
    values = {"paths": [str(made / "news")], "out": str(made / "quotes.parquet"), "target": TARGET}
    ingest.run(load_config(IngestConfig, "ingest", [f"{k}={json.dumps(v)}" for k, v in values.items()]))
    return made


@pytest.fixture
def folder(tmp_path, table):
    for path in table.glob("*.parquet"):
        shutil.copy(path, tmp_path)
    return tmp_path


ARGUMENTS = ["annotate", "run", "quotes.parquet", "--out", "ann.jsonl", "--coder", "ann"]


@pytest.fixture
def sit(folder):
    """Return a function that opens a session."""
    open_ones = []

    def opened(*options, command=None, **values):
        sitting = Sitting(command or [sys.executable, "-c", MAIN, *ARGUMENTS, *options], folder, **values)
        open_ones.append(sitting)
        return sitting

    yield opened
    for sitting in open_ones:
        sitting.close()


def labels(folder):
    path = folder / "ann.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_a_session_with_an_interrupt_goes_on_where_it_was(sit, folder):
    sitting = sit()
    sitting.wait(FIRST)
    assert sitting.screen[0] == "0 of 5 done"
    assert "speaker  Mira Olsen, mayor, Halden" in sitting.screen
    assert not sitting.as_it_was()
    sitting.type("p")
    sitting.wait("1 of 5 done")
    assert [row["label"] for row in labels(folder)] == ["pro-restriction"]
    sitting.type("u")
    sitting.wait("unclear: the label will be marked ambiguous").type("a")
    sitting.wait("2 of 5 done").type("\x03")
    assert sitting.end() == 0
    assert sitting.as_it_was()
    summary = sitting.output.rpartition(LEFT)[2]
    assert re.search(r"answered +2\b", summary)
    assert "Traceback" not in sitting.output
    again = sit()
    again.wait("2 of 5 done").type("b")
    again.wait("your earlier answer: anti-restriction, ambiguous; s leaves it").type("n")
    again.wait("neutral 1").type("q")
    assert again.end() == 0
    assert [(row["label"], row["ambiguous"]) for row in labels(folder)] == [
        ("pro-restriction", False), ("anti-restriction", True), ("neutral", True),
    ]  # fmt: skip


def test_killed_in_the_middle_nothing_that_was_answered_is_lost(sit, folder):
    sitting = sit()
    sitting.wait(FIRST).type("pap")
    sitting.wait(lambda: len(labels(folder)) >= 2)
    sitting.process.send_signal(signal.SIGKILL)
    assert sitting.end() == -signal.SIGKILL
    kept = labels(folder)
    assert [row["label"] for row in kept] == ["pro-restriction", "anti-restriction", "pro-restriction"][: len(kept)]
    with (folder / "ann.jsonl").open("a") as handle:
        handle.write('{"statement_id": "half')
    again = sit()
    again.wait(f"{len(kept)} of 5 done")
    assert "its last line was cut short, by a crash perhaps" in " ".join(again.screen)
    again.type("n")
    again.wait(f"{len(kept) + 1} of 5 done").type("q")
    assert again.end() == 0
    assert [row["label"] for row in labels(folder)] == [*(row["label"] for row in kept), "neutral"]
    assert (folder / "ann.torn.jsonl").read_text() == '{"statement_id": "half\n'
    assert "it is kept in ann.torn.jsonl" in again.output.rpartition(LEFT)[2]


def test_what_was_typed_before_anything_was_shown_is_no_answer(sit, folder):
    sitting = sit()
    sitting.type("ppp")
    sitting.wait("0 of 5 done").type("q")
    assert sitting.end() == 0
    assert labels(folder) == []


NO_LABELS = {
    "a paste": "\x1b[200~pan\npan\x1b[201~",
    "arrows": "\x1b[A\x1b[B\x1b[C\x1b[D\x1bOA",
    "page keys": "\x1b[5~\x1b[6~ ",
    "function keys": "\x1bOP\x1b[15~\x1b[1;5A",
    "with Alt": "\x1bp\x1ba\x1bn",
    "escape": "\x1b",
    "others": "xyz\t\n",
    "no text": "é🎉",
}


def test_keys_that_are_no_labels_make_none(sit, folder):
    sitting = sit()
    sitting.wait(FIRST)
    for keys in NO_LABELS.values():
        sitting.type(keys)
        time.sleep(0.2)  # an escape character is a key of its own after a while
    sitting.type("w")
    sitting.wait("w is no key here; ? tells what the keys do").type("P")
    sitting.wait("1 of 5 done").type("q")
    assert sitting.end() == 0
    assert [row["label"] for row in labels(folder)] == ["pro-restriction"]


def test_notes_and_corrections_are_typed_as_in_any_terminal(sit, folder):
    sitting = sit()
    sitting.wait(FIRST).type("t")
    sitting.wait("Note:").type("caffé 🎉\x7f\x7f\x1b[Dx\n")
    sitting.wait("note: caffé").type("c")
    sitting.wait("What is wrong?").type("s")
    sitting.wait("nothing leaves it):")
    assert "In this article: 1 Jonas Veld" in sitting.screen, "the names are there while one is asked for"
    sitting.type("Ida Ferran\n")
    sitting.wait("speaker  Ida Ferran").type("ce")
    sitting.wait("end a word earlier").type("4")
    sitting.type("y")
    sitting.wait("the span is put right").type("p")
    sitting.wait("1 of 5 done").type("cx")
    sitting.wait("no statement 1").type("?")
    sitting.wait("What the keys do").type("p")
    sitting.wait("2 of 5 done").type("\x04")
    assert sitting.end() == 0
    first, second = labels(folder)
    assert (first["speaker"], first["note"][:5], second["kind"]) == ("Ida Ferran", "caffé", "term")
    assert first["replaces"]
    fields = [json.loads(line)["field"] for line in (folder / "ann.corrections.jsonl").read_text().splitlines()]
    assert fields == ["speaker", "span", "is_statement"]


def test_another_size_is_drawn_at_once_and_all_fits(sit):
    sitting = sit(rows=24, columns=80)
    sitting.wait(FIRST)
    assert len(sitting.screen) == 24
    sitting.resize(16, 60)
    sitting.wait(lambda: len(sitting.screen) == 16)
    assert all(len(line) <= 60 for line in sitting.screen)
    assert FIRST in "\n".join(sitting.screen)


@pytest.mark.parametrize(("variables", "mark"), [({}, "\x1b[1;36m“The ban"), ({"NO_COLOR": "1"}, "[“The ban")])
def test_the_quotation_is_marked_by_colour_or_by_brackets(sit, variables, mark):
    sitting = sit(**variables)
    sitting.wait(FIRST)
    assert mark in sitting.output


@pytest.mark.parametrize(("options", "variables"), [(["--lines"], {}), ([], {"TERM": "dumb"})])
def test_line_by_line_nothing_is_redrawn(sit, folder, options, variables):
    sitting = sit(*options, **variables)
    sitting.wait("quotation: “The ban on Quillon routers is overdue,”").type("pro\n")
    sitting.wait(f"quotation: {SECOND}").type("q\n")
    assert sitting.end() == 0
    assert "\x1b" not in sitting.output
    assert [row["label"] for row in labels(folder)] == ["pro-restriction"]


def test_a_wish_to_end_leaves_the_terminal_as_it_was(sit, folder):
    sitting = sit()
    sitting.wait(FIRST).type("n")
    sitting.wait("1 of 5 done")
    sitting.process.send_signal(signal.SIGTERM)
    assert sitting.end() == 0
    assert sitting.as_it_was()
    assert len(labels(folder)) == 1


def test_stopped_by_ctrl_z_the_terminal_is_given_back_and_then_taken_again(sit):
    shell = [
        "bash",
        "-m",
        "-c",
        f"'{sys.executable}' -c '{MAIN}' {' '.join(ARGUMENTS)}; stty -a; echo away; sleep 1; fg",
    ]
    sitting = sit(command=shell)
    sitting.wait(FIRST).type("p")
    sitting.wait("1 of 5 done").type("\x1a")
    sitting.wait(lambda: "away" in sitting.output)
    between = sitting.output.rpartition(LEFT)[2]
    assert " icanon" in between
    assert " echo " in between
    sitting.wait(lambda: "\x1b[?1049h" in sitting.output.rpartition("away")[2])
    sitting.wait("1 of 5 done").type("a")
    sitting.wait("2 of 5 done").type("q")
    assert sitting.end() == 0


def test_two_sessions_of_one_coder_do_not_write_one_file(sit):
    sit().wait(FIRST)
    second = sit()
    assert second.end() == 2
    assert "error: ann.jsonl: another session is writing it; end that one first" in second.output
    assert "\x1b[?1049h" not in second.output, "nothing was drawn"


def test_a_window_that_is_closed_ends_the_session_and_keeps_all(sit, folder):
    sitting = sit()
    sitting.wait(FIRST).type("p")
    sitting.wait("1 of 5 done")
    os.close(sitting.master)
    sitting.process.wait(PATIENCE)
    assert len(labels(folder)) == 1
    sitting.master = os.open(os.devnull, os.O_RDONLY)
