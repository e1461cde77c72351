"""``stance quotes``: an article in the terminal, on a page, and as JSON."""

import io
import json
import os
import sys

import pytest

from pipeline.cli import main
from pipeline.rows import QUOTE_COLUMNS
from pipeline.stages import quotes as stage

TALK = "“The ban on Quillon routers is overdue,” said Mira Olsen, the mayor of Halden. The vote is on Tuesday.\n"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb0043") + bytes(range(256)) * 4


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, environment):
    """Work in a folder with one article, in an environment that says nothing of colours."""
    monkeypatch.chdir(tmp_path)
    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    return tmp_path


class Terminal(io.StringIO):
    def isatty(self):
        return True


MARKED = "[1A “The ban on Quillon routers is overdue,”] _said_ <A Mira Olsen>,"


def test_a_pipe_gets_brackets_with_the_list_and_their_meaning(capsys):
    assert main(["quotes", "talk.txt"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[0] == "talk.txt"
    assert lines[2].startswith(MARKED)
    assert ["1A", "Mira", "Olsen,"] in [line.split()[:3] for line in lines]
    assert lines[-1].startswith("[1A …] quotation 1, said by A; ")
    assert "\x1b" not in out


@pytest.mark.parametrize(("variables", "styled"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_terminal_gets_colours_unless_it_is_told_not_to(monkeypatch, variables, styled):
    os.environ.update({"TERM": "xterm-256color", "COLUMNS": "60", **variables})
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert main(["quotes", "talk.txt"]) == 0
    shown = sys.stdout.getvalue()
    assert ("\x1b[4msaid\x1b[0m" in shown) is styled
    assert ("[1A “The" in shown) is not styled


def test_colours_can_be_had_in_a_pipe(capsys):
    os.environ.update({"FORCE_COLOR": "1", "TERM": "xterm-256color"})
    assert main(["quotes", "talk.txt"]) == 0
    assert "\x1b[4msaid\x1b[0m" in capsys.readouterr().out


def test_several_articles_come_one_after_the_other_with_title_outlet_and_date(folder, capsys):
    rows = [{"text": TALK, "title": f"Talk {n}", "outlet": "Post", "published": f"2032-05-0{n}"} for n in (1, 2, 3)]
    (folder / "news.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert main(["quotes", "news.jsonl", "talk.txt", "--limit", "2"]) == 0
    out, err = capsys.readouterr()
    assert out.index("Talk 1\nPost, 2032-05-01, news.jsonl#L1\n") < out.index(
        "Talk 2\nPost, 2032-05-02, news.jsonl#L2\n"
    )
    assert "Talk 3" not in out
    assert out.count("quotation 1, said by A") == 1
    assert err == "2 more articles are left out; raise --limit to see more\n"


def test_json_lines_come_through_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps({"text": TALK}).encode())))
    assert main(["quotes", "-"]) == 0
    assert MARKED in capsys.readouterr().out


def test_json_is_a_list_of_articles_with_the_rows_of_their_quotes(capsys):
    assert main(["quotes", "talk.txt", "--json"]) == 0
    (article,) = json.loads(capsys.readouterr().out)
    assert article["source"] == "talk.txt"
    (row,) = article["quotes"]
    assert tuple(row) == QUOTE_COLUMNS
    assert row["speaker"] == "Mira Olsen"


def test_a_page_is_written_and_told(folder, capsys):
    assert main(["quotes", "talk.txt", "--html", "out/page.html"]) == 0
    told = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert told == {"articles": "1", "quotes": "1", "wrote": "out/page.html"}
    assert '<u title="cue of 1">said</u>' in (folder / "out/page.html").read_text(encoding="utf-8")


def test_with_json_the_page_is_written_as_well(folder, capsys):
    assert main(["quotes", "talk.txt", "--html", "page.html", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1
    assert (folder / "page.html").is_file()


@pytest.mark.parametrize(
    ("given", "kinds"), [([], ("direct", "mixed")), (["--kinds", "direct, indirect"], ("direct", "indirect"))]
)
def test_kinds_are_as_configured_or_as_given(given, kinds, monkeypatch):
    seen = []
    monkeypatch.setattr(stage, "run", lambda config, **_: seen.append(config.kinds) or stage.Shown((), ()))
    assert main(["quotes", "talk.txt", *given]) == 0
    assert seen == [kinds]


def test_other_values_come_by_set_and_by_config(folder, monkeypatch):
    seen = []
    monkeypatch.setattr(stage, "run", lambda config, **_: seen.append(config) or stage.Shown((), ()))
    (folder / "my.yaml").write_text("paths: [x]\nout: x.csv\nhtml_seconds: 4\n")
    assert main(["quotes", "talk.txt", "--config", "my.yaml", "--set", "max_document_mb=2", "--strict"]) == 0
    (config,) = seen
    assert (config.paths, config.html_seconds, config.max_document_mb, config.strict) == (("talk.txt",), 4.0, 2.0, True)


def a_missing_file(folder):
    return ["absent.txt"], "absent.txt: no such file or folder"


def an_empty_file(folder):
    (folder / "empty.txt").write_text("")
    return ["empty.txt"], "nothing could be read; empty.txt: the file is empty"


def an_empty_folder(folder):
    (folder / "none").mkdir()
    return ["none"], "none: no files to read here"


def a_picture(folder):
    (folder / "photo.jpg").write_bytes(JPEG)
    return ["photo.jpg"], "photo.jpg: binary data, not text"


def a_picture_called_text(folder):
    (folder / "photo.txt").write_bytes(JPEG)
    return ["photo.txt"], "photo.txt: binary data, not text"


def an_unknown_kind(folder):
    return [
        "talk.txt",
        "--kinds",
        "shouted",
    ], "Input should be 'direct', 'mixed', 'indirect' or 'block' (found 'shouted')"


def a_page_below_a_file(folder):
    return ["talk.txt", "--html", "talk.txt/page.html"], "talk.txt/page.html: cannot write here"


def a_page_over_the_article(folder):
    return ["talk.txt", "--html", "talk.txt"], "talk.txt: is read and would be overwritten; choose another --html"


FAULTS = [
    a_missing_file, an_empty_file, an_empty_folder, a_picture, a_picture_called_text, an_unknown_kind,
    a_page_below_a_file, a_page_over_the_article,
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_users_mistake_is_one_line_and_status_2(fault, folder, capsys):
    arguments, message = fault(folder)
    assert main(["quotes", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1
    assert (folder / "talk.txt").read_text(encoding="utf-8") == TALK


def test_a_stream_that_cannot_show_every_character_gets_the_rest(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["quotes", "talk.txt"]) == 0
    assert b"[1A ?The ban on Quillon routers is overdue,?] _said_ <A Mira Olsen>" in stream.buffer.getvalue()
