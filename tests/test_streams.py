"""The process around a command: old consoles, readers that go away, and wishes to end."""

import io
import os
import signal
import subprocess
import sys

import pytest

from pipeline import streams

SAY = (
    "import sys; from pipeline import console, streams; streams.prepare();"
    "console.say('“Zürich”'); console.say_json('“Zürich”')"
)
HELP = "import sys; from pipeline.cli import main; sys.exit(main(['--help']))"


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("ascii", ["?Z?rich?", r'"\u201cZ\u00fcrich\u201d"']), ("utf-8", ["“Zürich”", '"“Zürich”"'])],
)
def test_what_an_encoding_lacks_becomes_a_question_mark_and_an_escape_in_json(encoding, shown):
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", SAY], env=environment, capture_output=True, check=True, timeout=60)
    assert done.stdout.decode(encoding).splitlines() == shown


def test_a_reader_that_went_away_is_no_failure():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-c", HELP], stdout=write, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_wish_to_end_is_an_interrupt_within_the_block_and_nothing_new_after_it():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), streams.stoppable():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == before


def test_streams_of_another_kind_are_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    streams.prepare()
    assert streams.takes_unicode()
