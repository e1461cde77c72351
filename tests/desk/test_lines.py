"""The desk line by line: what each key does, without a terminal."""

import io
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from town import OTHER, SAID, TARGET, stock, table

from pipeline.desk import Desk, Lines, open_desk
from pipeline.labels.events import Back, Extent, Label, NoStatement, Note, Skip, Speaker, Unclear
from pipeline.labels.items import take_stock
from pipeline.labels.session import begin
from pipeline.labels.steps import step
from pipeline.stages.correction import RULES

PRO, ANTI, NEUTRAL = Label("pro-restriction"), Label("anti-restriction"), Label("neutral")


def ask(*lines, session=None):
    """Return the first thing that a coder does by typing lines, and what was shown."""
    out = io.StringIO()
    with Desk(Lines(io.StringIO("".join(f"{line}\n" for line in lines)), out)) as desk:
        try:
            event = desk.ask(session or begin(stock()[0], "ann"), "")
        except EOFError:
            event = EOFError
    return event, out.getvalue()


def extent(surface, index=0):
    text = stock()[0].items()[index].article.text
    start = text.index(surface)
    return Extent((start, start + len(surface)))


DONE = {
    ("p",): PRO, ("a",): ANTI, ("n",): NEUTRAL, ("pro",): PRO, ("Anti ",): ANTI, ("NEUTRAL",): NEUTRAL,
    ("u",): Unclear(), ("unclear",): Unclear(), ("s",): Skip(), ("skip",): Skip(), ("b",): Back(), ("back",): Back(),
    ("q",): None, ("quit",): None, (): EOFError, ("no",): EOFError, ("pa",): EOFError, ("ppp",): EOFError,
    ("t", "so it is"): Note("so it is"), ("note", "  a\tb "): Note("a b"), ("t", "-"): Note(""), ("t", "", "p"): PRO,
    ("t", "e\u0301 \x1b[31m\x07"): Note("é [31m"), ("t",): EOFError,
    ("c", "x"): NoStatement(), ("correct", "no statement"): NoStatement(), ("c", "l", "p"): PRO, ("c", "", "p"): PRO,
    ("c", "s", "Ida  Ferran"): Speaker("Ida Ferran"), ("c", "s", "1"): Speaker("Jonas Veld"),
    ("c", "s", "2", "p"): PRO, ("c", "s", "0", "p"): PRO,
    ("c", "s", "-"): Speaker(None), ("c", "s", "", "p"): PRO, ("c", "s"): EOFError,
    ("c", "e", "4", "y"): extent("“The ban on Quillon routers is overdue,” said"),
    ("c", "e", "4", "4", "3", "y"): extent("“The ban on Quillon routers is overdue,” said"),
    ("c", "ends", "2", "end a word earlier", "y"): extent("ban on Quillon routers is"),
    ("c", "e", "m", "m", "1", "y"): extent("vote\n\n“The ban on Quillon routers is overdue,”"),
    ("c", "e", "w", "quillon ... overdue", "y"): extent("Quillon routers is overdue,”"),
    ("c", "e", "w", "not there", "l", "p"): PRO,
    ("c", "e", "w", "", "y"): extent("“The ban on Quillon routers is overdue,”"),
    ("c", "e", "l", "p"): PRO, ("c", "e", "q", "p"): PRO, ("c", "e", "zz", "l", "p"): PRO,
    ("m", "m", "m", "?", "", "p"): PRO,
}  # fmt: skip


@pytest.mark.parametrize("lines", DONE, ids=" ".join)
def test_lines_are_keys_or_their_names(lines):
    assert ask(*lines)[0] == DONE[lines]


def test_a_statement_is_told_once_and_again_where_it_is_asked_for():
    assert ask("u")[1].count(SAID[0]) == 1
    assert ask("t", "x")[1].count(SAID[0]) == 1
    assert ask("", "", "u")[1].count(SAID[0]) == 3
    out = ask("m", "u")[1]
    assert out.count("quotation: ") == 2
    assert out.count("target: ") == 1


def test_keys_are_told_once_and_where_they_change():
    out = ask("zz", "c", "l", "u")[1].splitlines()
    keys = [line for line in out if line.startswith("keys: ")]
    assert [line.split(",")[0] for line in keys] == ["keys: p pro", "keys: s speaker", "keys: p pro"]
    assert "zz is no key here; ? tells what the keys do" in out
    assert "zz is no key here; l leaves" in ask("c", "e", "zz", "l", "u")[1]


def test_help_tells_every_key():
    out = ask("?", "p")[1]
    assert "b: back to the answer before; a new one counts instead, the earlier one stays in the file" in out
    assert "an empty line: the statement once more" in out


def test_the_speakers_of_the_article_are_offered():
    out = ask("c", "s", "1")[1]
    assert "In this article: 1 Jonas Veld" in out
    articles, rows = table()
    alone = [row | {"speaker": None} if row["speaker"] == "Jonas Veld" else row for row in rows]
    made, _ = take_stock(alone, articles, RULES)
    assert "Nobody else is named in this article." in ask("c", "s", "1", session=begin(made, "ann"))[1]


def test_the_context_is_small_again_for_the_next_statement():
    out = io.StringIO()
    session = begin(stock()[0], "ann")
    with Desk(Lines(io.StringIO("m\nm\np\nu\n"), out)) as desk:
        session = step(session, desk.ask(session, ""), time="2032-03-01T08:30:00Z", seconds=1).session
        out.truncate(0)
        desk.ask(session, "")
    assert "Council delays the Quillon vote\n\n" not in out.getvalue()
    assert "before: “The ban" in out.getvalue()


def test_when_all_is_answered_labels_notes_and_corrections_do_nothing():
    session = begin(stock(limit=1)[0], "ann")
    session = step(session, PRO, time="2032-03-01T08:30:00Z", seconds=1).session
    event, out = ask("t", "c", "m", "b", session=session)
    assert event == Back()
    assert "Every statement has an answer." in out
    assert "keys: b back, ? help, q quit" in out


def test_targets_are_told_apart():
    event, out = ask("u", session=begin(stock((TARGET, OTHER))[0], "ann"))
    assert f"target: {TARGET}" in out
    assert event == Unclear()


def test_without_a_terminal_a_desk_goes_line_by_line(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("p\n"))
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with open_desk() as desk:
        assert desk.ask(begin(stock()[0], "ann"), "") == PRO


@contextmanager
def sitting(desk):
    yield desk


def test_a_whole_session_line_by_line(tmp_path):
    from pipeline.labels.gold import read_gold
    from pipeline.stages import annotate_run as stage
    from pipeline.storage import ARTICLE_SCHEMA, QUOTE_SCHEMA, article_row, write_table

    articles, rows = table()
    write_table(tmp_path / "quotes.parquet", rows, QUOTE_SCHEMA)
    write_table(tmp_path / "quotes.articles.parquet", [article_row(a) for a in articles], ARTICLE_SCHEMA)
    task = stage.Task(quotes=tmp_path / "quotes.parquet", out=tmp_path / "ann.jsonl", coder="ann")
    keys = io.StringIO("p\ns\nu\na\nc\nx\nt\nlater\nn\nb\nn\n")
    out = io.StringIO()
    stage.run(task, Desk(Lines(keys, out)), now=lambda: datetime(2032, 3, 1, tzinfo=UTC))
    told = [(gold.label, gold.ambiguous, gold.note) for gold in read_gold(tmp_path / "ann.jsonl")]
    assert told == [
        ("pro-restriction", False, None), ("anti-restriction", True, None), (None, False, None),
        ("neutral", False, "later"), ("neutral", False, "later"),
    ]  # fmt: skip
