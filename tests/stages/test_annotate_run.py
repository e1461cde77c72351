"""A session from files to files, with a desk that acts out a script."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from town import COUNCIL, HARBOUR, TARGET, TERM

from pipeline.config import IngestConfig, LabelConfig, load_config
from pipeline.errors import InputError, LabelError
from pipeline.files import sha256_file, write_jsonl
from pipeline.labels.events import Back, Extent, Label, NoStatement, Note, Skip, Speaker, Unclear
from pipeline.labels.gold import read_gold
from pipeline.labels.intake import Coders
from pipeline.labels.revisions import newest
from pipeline.stages import annotate_import, ingest, label
from pipeline.stages import annotate_run as stage
from pipeline.storage import QUOTE_SCHEMA, SCORE_SCHEMA, read_table, write_table

PRO, ANTI, NEUTRAL = Label("pro-restriction"), Label("anti-restriction"), Label("neutral")
NOON = datetime(2032, 3, 1, 12, tzinfo=UTC)


class Script:
    """A desk that does one thing after another; an exception is raised."""

    def __init__(self, *events):
        self.events, self.seen, self.told = list(events), [], []

    def ask(self, session, told):
        self.seen.append(session)
        self.told.append(told)
        event = self.events.pop(0) if self.events else EOFError()
        if isinstance(event, BaseException) or (isinstance(event, type) and issubclass(event, BaseException)):
            raise event
        return event(session) if callable(event) else event


@contextmanager
def sitting(script):
    yield script


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "news").mkdir()
    (tmp_path / "news/council.txt").write_text(COUNCIL, encoding="utf-8")
    (tmp_path / "news/harbour.txt").write_text(HARBOUR, encoding="utf-8")
    extract("quotes.parquet")
    return tmp_path


def extract(out, **values):
    values = {"paths": ["news"], "out": out, "target": TARGET, **values}
    return ingest.run(load_config(IngestConfig, "ingest", [f"{k}={json.dumps(v)}" for k, v in values.items()]))


def task(folder, **values):
    values = {"quotes": folder / "quotes.parquet", "out": folder / "ann.jsonl", "coder": "ann"} | values
    return stage.Task(**values)


def work(folder, *events, now=None, clock=None, **values):
    """Return what a session has come to, and the script."""
    script = Script(*events)
    ticks = iter(range(10**6))
    timing = {"now": now or (lambda: NOON), "clock": clock or (lambda: float(next(ticks)))}
    return stage.run(task(folder, **values), sitting(script), **timing), script


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_answers_are_gold_and_the_manifest_counts_them(folder):
    worked, _ = work(folder, PRO, Unclear(), ANTI, NoStatement(), Skip(), Note("later"), None)
    assert [(g.label, g.kind, g.ambiguous) for g in read_gold(folder / "ann.jsonl")] == [
        ("pro-restriction", "statement", False),
        ("anti-restriction", "fragment", True),
        (None, "term", False),
    ]
    assert worked.manifest.counts == {
        "statements": 5, "answered": 3, "anti-restriction": 1, "neutral": 0, "pro-restriction": 1, "no_statement": 1,
        "ambiguous": 1, "skipped": 1, "corrections": 1, "answers_this_time": 3,
    }  # fmt: skip
    assert worked.manifest.dropped == {"term": 1}
    assert worked.notes == ("1 term is left out; a queue can name them",)
    assert json.loads((folder / "ann.manifest.json").read_text()) == worked.manifest.as_dict()
    assert [row["mark"] for row in lines(folder / "ann.marks.jsonl")] == ["skip", "note"]


def test_every_answer_is_on_disk_before_the_next_thing_is_asked(folder):
    def check(session):
        assert [row["label"] for row in lines(folder / "ann.jsonl")] == ["pro-restriction"]
        return ANTI

    work(folder, PRO, check)
    assert len(lines(folder / "ann.jsonl")) == 2


@pytest.mark.parametrize("end", [None, EOFError, KeyboardInterrupt])
def test_however_a_session_ends_all_is_kept_and_it_goes_on_there(folder, end):
    first, _ = work(folder, PRO, Skip(), Note("so"), end)
    assert (first.manifest.counts["answered"], first.manifest.counts["skipped"]) == (1, 1)
    second, script = work(folder, ANTI)
    opened = script.seen[0]
    assert opened.current.row["text"].startswith("“We think this order")
    assert (opened.note, len(opened.open)) == ("so", 4)
    assert [row["note"] for row in lines(folder / "ann.jsonl")] == [None, "so"]
    assert second.manifest.counts["answers_this_time"] == 1


def test_an_interrupt_between_two_rows_is_told_as_the_files_have_it(folder, monkeypatch):
    real = stage.Journal.append

    def interrupted(self, row):
        if self.path.name == "ann.jsonl":
            raise KeyboardInterrupt
        real(self, row)

    monkeypatch.setattr(stage.Journal, "append", interrupted)
    worked, _ = work(folder, NoStatement())
    assert (worked.manifest.counts["corrections"], worked.manifest.counts["answered"]) == (1, 0)
    monkeypatch.undo()
    worked, script = work(folder, NoStatement())
    assert script.seen[0].current.is_term, "it is asked again, and the correction is not made twice"
    assert (worked.manifest.counts["corrections"], worked.manifest.counts["no_statement"]) == (1, 1)


def test_seconds_run_from_the_first_sight_of_a_statement(folder):
    now = [0.0]

    def after(seconds, event):
        def act(session):
            now[0] += seconds
            return event(session) if callable(event) else event

        return act

    longer = lambda session: Extent((session.current.span[0], session.current.span[1] + 1))  # noqa: E731
    work(
        folder, after(4, PRO), after(2, Unclear()), after(3, longer), after(1.26, ANTI), after(5, Back()),
        after(2, NEUTRAL), clock=lambda: now[0],
    )  # fmt: skip
    assert [row["seconds"] for row in lines(folder / "ann.jsonl")] == [4.0, 6.3, 8.3]


def test_times_never_go_back_with_the_systems_clock(folder):
    moments = iter([NOON, NOON - timedelta(hours=1), NOON + timedelta(seconds=1.9)])
    work(folder, PRO, Back(), ANTI, now=lambda: next(moments))
    work(folder, Back(), NEUTRAL, now=lambda: NOON - timedelta(days=1))
    times = [row["time"] for row in lines(folder / "ann.jsonl")]
    assert times == ["2032-03-01T12:00:00.000Z", "2032-03-01T12:00:01.900Z", "2032-03-01T12:00:01.902Z"]


def test_labels_name_the_codebook_where_it_is_given(folder):
    work(folder, PRO, codebook="1")
    work(folder, ANTI)
    assert [gold.codebook for gold in read_gold(folder / "ann.jsonl")] == ["1", None]


def test_times_are_utc(folder):
    work(folder, PRO, now=lambda: datetime.fromisoformat("2032-03-01T12:00:00+05:00"))
    assert lines(folder / "ann.jsonl")[0]["time"] == "2032-03-01T07:00:00.000Z"


def test_a_line_cut_short_by_a_crash_is_told_and_its_statement_asked_again(folder):
    work(folder, PRO, ANTI)
    path = folder / "ann.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    worked, script = work(folder)
    assert script.seen[0].current is script.seen[0].items[1]
    told = f"{path}: its last line was cut short, by a crash perhaps; it is kept in {folder / 'ann.torn.jsonl'}"
    assert script.told == [told]
    assert worked.notes[0] == told


def test_two_coders_have_files_of_their_own_and_do_not_see_each_other(folder):
    work(folder, PRO, PRO, Speaker("Ida Ferran"))
    with pytest.raises(LabelError, match=r"ann\.jsonl:1: holds rows of coder 'ann', not 'ben'"):
        work(folder, coder="ben")
    before = sha256_file(folder / "ann.jsonl")
    _, script = work(folder, ANTI, coder="ben", out=folder / "ben.jsonl")
    first = script.seen[0]
    assert (first.current, dict(first.answers), first.corrections) == (first.items[0], {}, ())
    assert "ann" not in (folder / "ben.jsonl").read_text()
    assert sha256_file(folder / "ann.jsonl") == before


@pytest.mark.parametrize("sheet", ["ann.corrections.jsonl", "ann.marks.jsonl"])
def test_side_files_of_another_coder_are_refused_too(folder, sheet):
    work(folder, Skip(), Speaker("Ida Ferran"))
    (folder / "ben").mkdir()
    (folder / sheet).rename(folder / "ben" / sheet)
    with pytest.raises(LabelError, match="holds rows of coder 'ann', not 'ben'"):
        work(folder, coder="ben", out=folder / "ben/ann.jsonl")


def test_nothing_is_left_behind_where_nothing_was_said(folder):
    before = sorted(folder.iterdir())
    work(folder, Back(), Unclear(), None)
    assert sorted(folder.iterdir()) == before


def test_corrections_go_where_they_are_wanted_and_are_seen_again(folder):
    mended = folder / "mended.jsonl"
    work(folder, Speaker("Ida Ferran"), corrections=mended)
    assert not (folder / "ann.corrections.jsonl").exists()
    _, script = work(folder, corrections=mended)
    assert script.seen[0].current.row["speaker"] == "Ida Ferran"
    assert script.seen[0].items[0].row["speaker_confidence"] == 1.0


def test_after_the_table_is_made_anew_with_the_corrections_the_session_is_the_same(folder):
    longer = lambda session: Extent((session.current.span[0], session.current.span[1] + 5))  # noqa: E731
    work(folder, Speaker("Ida Ferran"), longer, PRO, NoStatement(), ANTI)
    extract("again.parquet", corrections=["ann.corrections.jsonl"])
    worked, script = work(folder, quotes=folder / "again.parquet")
    opened = script.seen[0]
    assert opened.items[0].row["text"].endswith("overdue,” said")
    assert opened.answered == [opened.items[0].key, opened.items[1].key]
    assert worked.manifest.dropped == {"term": 2}, "what was called no statement has become a term"


FORMATS = ["parquet", "jsonl", "csv"]


@pytest.mark.parametrize("ending", FORMATS)
def test_tables_of_every_format_are_read(folder, ending):
    extract(f"table.{ending}")
    _, script = work(folder, quotes=folder / f"table.{ending}")
    assert [item.row["text"] for item in script.seen[0].items][:2] == [
        "“The ban on Quillon routers is overdue,”", "“a détour without a map”",
    ]  # fmt: skip


def scored(folder, name="scored.parquet"):
    rows = [
        row | {"stance": "neutral", "confidence": 0.75, "model": "m"} for row in read_table(folder / "quotes.parquet")
    ]
    write_table(folder / name, rows, SCORE_SCHEMA)
    (folder / "scored.articles.parquet").write_bytes((folder / "quotes.articles.parquet").read_bytes())
    return folder / name


def test_the_models_guess_is_nowhere_unless_it_is_wanted(folder):
    _, script = work(folder, PRO, quotes=scored(folder))
    item = script.seen[0].current
    assert item.guess is None
    assert not {"stance", "confidence", "p_pro", "model", "stance_set"} & set(item.row)
    assert [row["guess_shown"] for row in lines(folder / "ann.jsonl")] == [False]


def test_a_guess_that_is_shown_is_told_by_every_label(folder):
    _, script = work(folder, PRO, ANTI, quotes=scored(folder), show_guess=True)
    assert (script.seen[0].current.guess.stance, script.seen[0].current.guess.confidence) == ("neutral", 0.75)
    assert [row["guess_shown"] for row in lines(folder / "ann.jsonl")] == [True, True]
    with pytest.raises(InputError, match=r"quotes\.parquet: has no stances to show; name a scored table"):
        work(folder, show_guess=True)


def test_a_folder_of_parts_is_read(folder):
    (folder / "scored").mkdir()
    (folder / "scored/part-00000.parquet").write_bytes(scored(folder).read_bytes())
    _, script = work(folder, quotes=folder / "scored")
    assert len(script.seen[0].items) == 5


@pytest.mark.parametrize(("name", "key"), [("queue.jsonl", "statement_id"), ("queue.csv", "quote_id")])
def test_a_queue_says_what_is_asked_and_in_which_order(folder, name, key):
    rows = read_table(folder / "quotes.parquet")
    wanted = [rows[4]["quote_id"], rows[3]["quote_id"], "gone:1-2"]
    if name.endswith(".csv"):
        (folder / name).write_text("\n".join([f"{key},rank", *(f"{i},{n}" for n, i in enumerate(wanted))]))
    else:
        write_jsonl(folder / name, [{key: i, "target": None} for i in wanted])
    worked, script = work(folder, queue=folder / name)
    assert [item.row["text"] for item in script.seen[0].items] == ["“The masts will stay where they are,”", TERM]
    assert worked.notes == ("1 id of the queue is not in the table",)
    assert str(folder / name) in worked.manifest.inputs


def test_the_first_so_many_are_the_same_each_time(folder):
    work(folder, PRO, limit=2)
    worked, script = work(folder, ANTI, limit=2)
    assert [len(seen.items) for seen in script.seen] == [2, 2]
    assert (script.seen[-1].current, worked.manifest.counts["answered"]) == (None, 2)


def a_table_that_is_missing(folder):
    return {"quotes": folder / "absent.parquet"}, "absent.parquet: no such table"


def articles_that_are_missing(folder):
    (folder / "quotes.articles.parquet").unlink()
    return {}, "quotes.articles.parquet: no such table"


def a_table_of_something_else(folder):
    write_jsonl(folder / "other.jsonl", [{"x": 1}])
    return {"quotes": folder / "other.jsonl"}, "other.jsonl: lacks the columns quote_id"


def a_table_without_targets(folder):
    rows = [row | {"target": None} for row in read_table(folder / "quotes.parquet")]
    write_table(folder / "quotes.parquet", rows, QUOTE_SCHEMA)
    return {}, "nothing to annotate; 1 term is left out; a queue can name them; 5 statements have no target; name one"


def an_empty_table(folder):
    write_table(folder / "quotes.parquet", [], QUOTE_SCHEMA)
    return {}, "quotes.parquet: nothing to annotate; it has no quotations"


def a_queue_of_something_else(folder):
    write_jsonl(folder / "q.jsonl", [{"x": 1}])
    return {"queue": folder / "q.jsonl"}, "q.jsonl: no queue; it needs rows with a column statement_id or quote_id"


def labels_that_are_no_json_lines(folder):
    return {"out": folder / "ann.csv"}, "ann.csv: answers are added line by line; end the name in .jsonl"


def labels_over_the_table(folder):
    (folder / "quotes.parquet").rename(folder / "quotes.jsonl")
    return {"quotes": folder / "quotes.jsonl", "out": folder / "quotes.jsonl"}, "is read and would be overwritten"


def corrections_among_the_labels(folder):
    return {"corrections": folder / "ann.jsonl"}, "ann.jsonl: labels and corrections need a file each"


def a_coder_without_a_name(folder):
    return {"coder": "  "}, "--coder: is empty"


def labels_that_are_none(folder):
    write_jsonl(folder / "ann.jsonl", [{"coder": "ann", "note": "x"}])
    return {}, "ann.jsonl:1: lacks source, sha256"


def marks_that_are_none(folder):
    write_jsonl(folder / "ann.marks.jsonl", [{"coder": "ann", "mark": "skip"}])
    return {}, "ann.marks.jsonl:1: lacks 'source'; delete the line"


FAULTS = [
    a_table_that_is_missing, articles_that_are_missing, a_table_of_something_else, a_table_without_targets,
    an_empty_table, a_queue_of_something_else, labels_that_are_no_json_lines, labels_over_the_table,
    corrections_among_the_labels, a_coder_without_a_name, labels_that_are_none, marks_that_are_none,
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_annotated_is_told_before_anything_is_asked(folder, fault):
    values, message = fault(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises((InputError, LabelError)) as caught:
        work(folder, PRO, **values)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_labels_become_statements_the_newest_answer_of_each(folder, monkeypatch):
    longer = lambda session: Extent((session.current.span[0], session.current.span[1] + 5))  # noqa: E731
    work(folder, PRO, Back(), longer, ANTI, NEUTRAL, Back(), PRO, NoStatement(), PRO, NEUTRAL)
    monkeypatch.setattr(label, "assign", lambda statements, *_, **__: list(statements))
    monkeypatch.setattr(label, "check_leakage", lambda *_: None)
    values = {"quotes": "quotes.parquet", "gold": "ann.jsonl", "out": "statements.jsonl", "report": "label.json"}
    manifest = label.run(load_config(LabelConfig, "label", [f"{k}={json.dumps(v)}" for k, v in values.items()]))
    made = read_table(folder / "statements.jsonl")
    assert [(row["text"], row["label"]) for row in made] == [
        ("“The ban on Quillon routers is overdue,” said", "anti-restriction"),
        ("“a détour without a map”", "pro-restriction"),
        ("“The masts will stay where they are,”", "pro-restriction"),
        ("“Nobody has asked us,”", "neutral"),
    ]
    assert (manifest.counts["gold"], manifest.counts["revised"], manifest.counts["terms"]) == (5, 2, 1)
    assert json.loads((folder / "label.json").read_text())["gold"]["revised"] == 2


def test_labels_go_through_import_as_they_are(folder):
    extract("again.parquet")
    longer = lambda session: Extent((session.current.span[0], session.current.span[1] + 5))  # noqa: E731
    work(folder, PRO, ANTI, Back(), NEUTRAL, Back(), NoStatement(), longer, ANTI)
    extract("mended.parquet", corrections=["ann.corrections.jsonl"])
    annotate_import.run([folder / "ann.jsonl"], folder / "mended.parquet", folder / "gold.jsonl", coders=Coders())
    imported, own = read_gold(folder / "gold.jsonl"), newest(read_gold(folder / "ann.jsonl"))
    told = [(g.statement_id, g.kind, g.label, g.time, g.replaces, g.coder_type) for g in own]
    assert [(g.statement_id, g.kind, g.label, g.time, g.replaces, g.coder_type) for g in imported] == told
    assert [label for _, _, label, _, _, _ in told] == ["pro-restriction", None, "anti-restriction"]
