import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.articles import html, html_worker
from pipeline.articles.html import HtmlParser, page_text
from pipeline.articles.readers import ReadOptions, read
from pipeline.errors import RecordError
from pipeline.records import Reject

PARAGRAPHS = [
    f"Paragraph {number} tells at some length what the council of Marisport heard about the cranes on that evening, "
    f"who had asked for them, what they had cost the harbour and which of them was to be looked at before the winter."
    for number in range(1, 7)
]
PAGE = f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Cranes of Marisport | Harbour Courier</title>
<meta property="og:site_name" content="Harbour Courier">
<meta property="article:published_time" content="2031-03-14T08:00:00Z">
<meta property="og:title" content="Cranes of Marisport"></head>
<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Cranes of Marisport</h1>{"".join(f"<p>{p}</p>" for p in PARAGRAPHS)}
<p>&ldquo;Don&rsquo;t wait,&rdquo; said Ada.</p></article>
<footer>Imprint</footer><script>var x = "not text";</script></body></html>"""

needs_trafilatura = pytest.mark.skipif(
    importlib.util.find_spec("trafilatura") is None, reason="trafilatura is not installed: pip install -e '.[html]'"
)


def read_all(path: Path, **options: float) -> tuple[list[object], list[Reject]]:
    rejects: list[Reject] = []
    return list(read([str(path)], ReadOptions(**options), rejects.append)), rejects  # type: ignore[arg-type]


@needs_trafilatura
def test_main_text_and_metadata_are_taken_from_a_page(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    [document], rejects = read_all(tmp_path)
    assert rejects == []
    assert document.text.split("\n\n")[-7:] == [*PARAGRAPHS, "“Don’t wait,” said Ada."]  # type: ignore[attr-defined]
    assert not any(word in document.text for word in ("Sport", "Imprint", "not text"))  # type: ignore[attr-defined]
    found = (document.title, document.outlet, document.published, document.source, document.has_raw)  # type: ignore[attr-defined]
    assert found == ("Cranes of Marisport", "Harbour Courier", "2031-03-14", "a.html", False)


@needs_trafilatura
def test_one_worker_reads_many_pages_and_a_hostile_one_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.html").write_text("<html><body>" + "<p>x y z</p>" * 300_000, encoding="utf-8")
    (tmp_path / "c.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "d.html").write_text("<html><body></body></html>", encoding="utf-8")
    documents, rejects = read_all(tmp_path, html_seconds=2.0)
    assert [d.source for d in documents] == ["a.html", "c.html"]  # type: ignore[attr-defined]
    assert [(Path(r.file).name, r.reason) for r in rejects] == [("b.html", "parser-timeout"), ("d.html", "empty")]


@needs_trafilatura
def test_the_worker_is_reused_and_gone_at_the_end() -> None:
    with HtmlParser(10) as parser:
        parser.parse(PAGE)
        first = parser._process
        parser.parse(PAGE)
        assert parser._process is first
    assert first is not None
    assert first.poll() is not None


@needs_trafilatura
def test_a_worker_that_dies_is_a_reject_and_the_next_page_gets_a_new_one() -> None:
    with HtmlParser(10) as parser:
        parser.parse(PAGE)
        assert parser._process is not None
        parser._process.terminate()
        parser._process.wait()
        assert parser.parse(PAGE)["title"] == "Cranes of Marisport"
        assert parser._process.stdin is not None
        parser._process.stdin.write(bytes(7) + b"\x01{")  # no JSON: the worker fails on it
        with pytest.raises(RecordError) as caught:
            parser.parse(PAGE)
        assert caught.value.reason == "parser-failed"
        assert parser.parse(PAGE)["title"] == "Cranes of Marisport"


def test_without_the_parser_a_page_is_a_reject_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html.importlib.util, "find_spec", lambda name: None)
    (tmp_path / "a.html").write_text(PAGE)
    documents, [reject] = read_all(tmp_path)
    assert (documents, reject.reason) == ([], "no-html-parser")
    assert "pip install 'quotestance[html]'" in reject.message


def test_a_worker_that_cannot_start_is_a_reject(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(html_worker, "__file__", "/nonexistent/worker.py")
    with HtmlParser(10) as parser, pytest.raises(RecordError, match="does not start"):
        parser.parse(PAGE)


TEXT = "<p>“Zürich” said £5</p>"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="windows-1252">', "cp1252"), ("<meta charset=iso-8859-1>", "cp1252"), ("", "utf-16"),
        ('<meta charset="iso-8859-1">', "utf-8"), ('<meta charset="utf-16">', "utf-8"),
        ('<meta charset="nonsense">', "utf-8"),
        ('<meta http-equiv="x" content="text/html; charset=macintosh">', "mac_roman"),
        ('<?xml version="1.0" encoding="utf-8"?>', "utf-8"),
    ],
)  # fmt: skip
def test_the_encoding_of_a_page_is_found(head: str, encoding: str) -> None:
    assert page_text((head + TEXT).encode(encoding)).endswith(TEXT)


def test_a_declaration_of_the_encoding_does_not_reach_the_parser() -> None:
    assert page_text(b'<?xml version="1.0" encoding="latin-1"?><p>x</p>') == "<p>x</p>"


def test_nothing_in_the_working_folder_stands_in_for_a_module_of_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trafilatura.py").write_text("open('planted', 'w').close()")
    (tmp_path / "json.py").write_text("open('planted', 'w').close()")
    command = [sys.executable, "-P", html_worker.__file__, "1"]
    subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    assert not (tmp_path / "planted").exists()
