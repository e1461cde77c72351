"""HTML pages: the main text and what the page says of itself, by trafilatura in a worker under a time limit."""

from __future__ import annotations

import codecs
import importlib.util
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from pipeline.articles import html_worker
from pipeline.encodings import decode, tidy, wide_encoding
from pipeline.errors import RecordError

_START_SECONDS = 120.0
_ELAPSED = 10
_TIME_IS_UP = {-getattr(signal, name) for name in ("SIGPROF", "SIGKILL") if hasattr(signal, name)}
# A page whose declaration can be read as ASCII is in no wide encoding. The others are Python's and not of the web:
# punycode, say, takes the square of the length.
_NO_PAGES = ("utf-16", "utf-32", "utf-7", "idna", "punycode", "undefined", "unicode", "raw")
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{2,40})""", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


class HtmlParser:
    """Parses pages in one worker process, which is started at the first page and again after a page stopped it.

    A signal handler does not run while a parser is busy in C, and a thread cannot be stopped at all; a process can.

    Parameters
    ----------
    seconds
        Most CPU time for one page; of elapsed time it may take ten times as much.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def parse(self, page: str) -> dict[str, str | None]:
        """Return the ``text`` of a page, paragraphs separated by a blank line, and ``title, date, sitename, url``.

        Raises
        ------
        RecordError
            Reason ``no-html-parser``, ``parser-timeout``, ``parser-failed`` or ``empty``.
        """
        process = self._started()
        timer = threading.Timer(_ELAPSED * self._seconds, process.kill)
        timer.start()
        try:
            pages, answers = _pipes(process)
            html_worker.send(pages, page)
            answer: Any = html_worker.receive(answers)
        except (OSError, EOFError) as error:
            raise self._stopped(process) from error
        finally:
            timer.cancel()
        if answer is None or not (answer["text"] or "").strip():
            raise RecordError("no main text found in the page; give the text itself", reason="empty")
        return {name: tidy(value) if value else None for name, value in answer.items()}

    def _stopped(self, process: subprocess.Popen[bytes]) -> RecordError:
        """Return why the worker gave no answer, and clear it away."""
        status = process.wait()
        self._stop()
        if status in _TIME_IS_UP:
            message = f"the HTML parser took over {self._seconds:g} s; raise html_seconds or leave the page out"
            return RecordError(message, reason="parser-timeout")
        return RecordError("the HTML parser failed on it; give the text itself", reason="parser-failed")

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        if importlib.util.find_spec("trafilatura") is None:
            raise RecordError("HTML needs a parser; pip install 'quotestance[html]'", reason="no-html-parser")
        # -P: nothing in the working folder may stand in for a module.
        command = [sys.executable, "-P", str(Path(html_worker.__file__)), str(self._seconds)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._process = process
        timer = threading.Timer(_START_SECONDS, process.kill)
        timer.start()
        try:
            html_worker.receive(_pipes(process)[1])
        except EOFError as error:
            self._stop()
            message = "the HTML parser does not start; reinstall trafilatura"
            raise RecordError(message, reason="no-html-parser") from error
        finally:
            timer.cancel()
        return process

    def _stop(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        for pipe in _pipes(process):
            try:
                pipe.close()
            except OSError:
                continue  # a page was half written when the worker was stopped


def _pipes(process: subprocess.Popen[bytes]) -> tuple[BinaryIO, BinaryIO]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout  # type: ignore[return-value]


def page_text(data: bytes) -> str:
    """Return the markup of a page: UTF-8 where that fits, else by the encoding it declares, else by detection.

    Raises
    ------
    RecordError
        As ``decoding.decode``.
    """
    declared = _META_CHARSET.search(data[:4096])
    name = _web_name(declared[1].decode("ascii")) if declared and wide_encoding(data) is None else "utf-8"
    for encoding in ("utf-8", name):
        try:
            return _XML_DECLARATION.sub("", tidy(data.decode(encoding)))
        except (LookupError, UnicodeError):
            continue
    return _XML_DECLARATION.sub("", decode(data))


def _web_name(label: str) -> str:
    """Return the encoding that the web means by a label: ISO-8859-1 stands for Windows-1252 (WHATWG Encoding, 4.2)."""
    label = label.lower()
    if label in {"iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"}:
        return "cp1252"
    try:
        label = codecs.lookup(label).name
    except LookupError:
        return "utf-8"
    return "utf-8" if label.startswith(_NO_PAGES) else label
