"""The session as a state machine: whatever the keys, nothing is lost, and stopping changes nothing."""

import json
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from town import OTHER, SAID, TARGET, stock

from pipeline.labels.corrections import parse_correction
from pipeline.labels.events import Back, Extent, Label, NoStatement, Note, Skip, Speaker, Unclear
from pipeline.labels.gold import parse_gold
from pipeline.labels.journal import Journal
from pipeline.labels.progress import progress
from pipeline.labels.retyping import moved
from pipeline.labels.session import begin, parse_mark, resume
from pipeline.labels.steps import step
from pipeline.records import LABELS

PRO, ANTI, NEUTRAL = Label("pro-restriction"), Label("anti-restriction"), Label("neutral")
TIME = "2032-03-01T08:30:00Z"
STOCK, _ = stock()
TWO_TARGETS, _ = stock((TARGET, OTHER))
# A queue may name terms.
WITH_TERM, _ = stock(queue=[(row["quote_id"], None) for rows in STOCK.rows.values() for row in rows])


def longer(session, edge="end", words=1):
    """Return the event that moves an end of the quotation that is asked."""
    item = session.current
    return Extent(moved(item.article.text, item.span, edge, words))


def play(session, events, seconds=2.0):
    """Return the session after events, or what gives them, with all rows written and what was told."""
    writes, told = [], []
    for event in events:
        if callable(event):
            event = event(session)
        made = step(session, event, time=TIME, seconds=seconds)
        session = made.session
        writes += made.writes
        told.append(made.told)
    return session, writes, told


def of(writes, sheet):
    return [json.loads(json.dumps(row)) for name, row in writes if name == sheet]


def read_back(wanted, writes, corrections=()):
    """Return the session that begins with what was written."""
    mended = [parse_correction(row, f"c:{n}") for n, row in enumerate(of(writes, "corrections"))]
    labels = [parse_gold(row, f"l:{n}") for n, row in enumerate(of(writes, "labels"))]
    marks = [parse_mark(row, f"m:{n}") for n, row in enumerate(of(writes, "marks"))]
    return resume(begin(wanted, "ann", corrections=mended), labels, marks)


def texts(session):
    return [item.row["text"] for item in session.items]


def start(wanted=STOCK):
    return begin(wanted, "ann")


def test_statements_are_asked_in_their_order_and_terms_are_not():
    session, writes, _ = play(start(), [PRO, ANTI, NEUTRAL, PRO])
    assert [text.startswith(said) for text, said in zip(texts(session), SAID, strict=False)] == [True] * 3
    assert [row["label"] for row in of(writes, "labels")] == [
        "pro-restriction", "anti-restriction", "neutral", "pro-restriction",
    ]  # fmt: skip
    assert session.current is session.items[4]
    session, writes, told = play(session, [NEUTRAL, PRO])
    assert (session.current, len(writes), told[-1]) == (None, 1, "everything has an answer")


def test_a_label_is_a_gold_row_with_its_place_coder_time_and_seconds():
    _, writes, _ = play(start(), [Unclear(), Note(" so \n so "), PRO], seconds=12.34)
    (row,) = of(writes, "labels")
    item = STOCK.items()[0]
    assert row == {
        "statement_id": item.row["quote_id"], "source": "council.txt", "sha256": item.article.raw_sha256, "start": 50,
        "end": 90, "kind": "statement", "target": TARGET, "label": "pro-restriction", "coder": "ann",
        "coder_type": "human", "speaker": "Mira Olsen", "ambiguous": True, "codebook": None, "note": "so so",
        "time": TIME, "seconds": 12.3, "replaces": None, "quote": "“The ban on Quillon routers is overdue,”",
        "guess_shown": False,
    }  # fmt: skip
    assert parse_gold(row, "l:1").label == "pro-restriction"


def test_the_kind_is_the_codebooks():
    _, writes, _ = play(start(), [PRO, PRO, NoStatement()])
    assert [(row["kind"], row["label"]) for row in of(writes, "labels")] == [
        ("statement", "pro-restriction"), ("fragment", "pro-restriction"), ("term", None),
    ]  # fmt: skip


def test_unclear_holds_for_one_label_and_twice_is_not_at_all():
    _, writes, _ = play(start(), [Unclear(), PRO, PRO, Unclear(), Unclear(), PRO])
    assert [row["ambiguous"] for row in of(writes, "labels")] == [True, False, False]


def test_skipped_statements_come_again_at_the_end_in_the_order_of_their_skips():
    session, writes, told = play(start(), [Skip(), Skip(), PRO, PRO, PRO])
    assert (session.current, told[-1]) == (session.items[0], "")
    assert len(of(writes, "marks")) == 2
    session, _, told = play(session, [Skip()])
    assert session.current is session.items[1]
    session, _, told = play(session, [PRO, Skip()])
    assert (session.current, told[-1]) == (session.items[0], "it is the only one left")
    session, _, _ = play(session, [PRO])
    assert (session.current, session.open) == (None, [])


def test_back_shows_the_last_answer_and_then_the_one_before_and_a_new_answer_counts():
    session, first, _ = play(start(), [PRO, Unclear(), ANTI])
    session, none, told = play(session, [Back()])
    assert (session.current, session.unclear, session.earlier.label) == (session.items[1], True, "anti-restriction")
    session, more, told = play(session, [Back(), Back()])
    assert (session.current, session.unclear, none, more) == (session.items[0], False, [], [])
    assert told == ["", "there is no earlier answer"]
    session, again, _ = play(session, [NEUTRAL])
    assert (session.current, len(first + again)) == (session.items[2], 3)
    assert progress(session).labels == {"anti-restriction": 1, "neutral": 1, "pro-restriction": 0}
    assert play(session, [Back()])[0].current is session.items[0], "the latest answer"


def test_a_statement_skipped_and_then_labelled_is_skipped_no_more():
    session, writes, _ = play(start(), [Skip(), Skip(), PRO, PRO, PRO, PRO])
    assert (session.skipped, read_back(STOCK, writes).skipped) == ((session.items[1].key,),) * 2


def test_statements_skipped_twice_keep_the_order_of_the_last_skip():
    session, writes, _ = play(start(), [PRO, PRO, PRO, Skip(), Skip(), Skip()])
    assert session.current is session.items[4]
    assert read_back(STOCK, writes).current == session.items[4]


def test_to_skip_a_statement_seen_again_leaves_it_as_it_is():
    session, _, _ = play(start(), [PRO])
    after, writes, told = play(session, [Back(), Skip()])
    assert (after, writes, told[-1]) == (session, [], "left as it was")


def test_time_spent_on_a_statement_adds_up():
    session, _, _ = play(start(), [PRO], seconds=10.0)
    _, writes, _ = play(session, [Back(), ANTI], seconds=2.5)
    assert of(writes, "labels")[0]["seconds"] == 12.5


def test_a_note_waits_on_disk_for_the_label_and_is_kept_by_later_ones():
    session, writes, _ = play(start(), [Note("first")])
    assert (of(writes, "marks")[0]["note"], session.note) == ("first", "first")
    assert read_back(STOCK, writes).note == "first"
    session, writes, _ = play(session, [PRO, Back(), ANTI])
    assert [row["note"] for row in of(writes, "labels")] == ["first", "first"]
    session, writes, _ = play(session, [Back(), Note("second"), Note(""), Skip()])
    assert [(row["note"], row["label"]) for row in of(writes, "labels")] == [
        ("second", "anti-restriction"), (None, "anti-restriction"),
    ]  # fmt: skip
    assert session.current is session.items[1]


def test_an_empty_note_takes_back_the_one_that_waits():
    session, writes, _ = play(start(), [Note("first"), Note(""), PRO])
    assert of(writes, "labels")[0]["note"] is None
    assert read_back(STOCK, writes) == session


def test_no_statement_is_an_answer_and_a_correction_and_can_be_taken_back():
    session, writes, _ = play(start(), [NoStatement()])
    assert [sheet for sheet, _ in writes] == ["corrections", "labels"]
    assert [(r["field"], r["old"], r["new"]) for r in of(writes, "corrections")] == [("is_statement", True, False)]
    assert (session.current, progress(session).terms) == (session.items[1], 1)
    session, writes, _ = play(session, [Back(), PRO])
    assert [(r["field"], r["old"], r["new"]) for r in of(writes, "corrections")] == [("is_statement", False, True)]
    assert [(r["kind"], r["speaker"]) for r in of(writes, "labels")] == [("statement", "Mira Olsen")]
    assert progress(session).terms == 0


def test_a_term_is_asked_where_the_queue_names_it_and_a_label_makes_it_a_statement():
    session, _, _ = play(start(WITH_TERM), [PRO, PRO, PRO])
    assert (session.current.row["text"], session.current.is_term) == ("“Box”", True)
    kept, writes, _ = play(session, [NoStatement()])
    assert ([sheet for sheet, _ in writes], kept.items[3].is_term) == (["labels"], True)
    _, _, told = play(session, [Speaker("Ada Brandt")])
    assert told == ["a term has no speaker; label it first"]
    made, writes, _ = play(session, [NEUTRAL])
    assert ([sheet for sheet, _ in writes], made.items[3].is_term) == (["corrections", "labels"], False)
    assert of(writes, "labels")[0]["kind"] == "fragment"


def test_a_speaker_put_right_goes_into_the_labels_that_come_and_those_that_are_there():
    session, writes, told = play(start(TWO_TARGETS), [PRO, Speaker("Ida Ferran"), ANTI])
    assert told[1] == "the speaker is put right"
    assert [(r["target"], r["label"], r["speaker"]) for r in of(writes, "labels")] == [
        (TARGET, "pro-restriction", "Mira Olsen"),
        (TARGET, "pro-restriction", "Ida Ferran"),
        (OTHER, "anti-restriction", "Ida Ferran"),
    ]
    assert [(r["old"], r["new"]) for r in of(writes, "corrections")] == [("Mira Olsen", "Ida Ferran")]
    _, none, told = play(session, [Back(), Speaker("Ida Ferran")])
    assert (none, told[-1]) == ([], "the speaker is this one already")


def test_a_span_put_right_makes_another_statement_that_replaces_the_earlier_one():
    session, writes, told = play(start(), [Note("so"), PRO, Back(), longer, ANTI])
    first, second = of(writes, "labels")
    assert told[3] == "the span is put right; label it anew"
    assert second["statement_id"] != first["statement_id"] == second["replaces"]
    assert (second["start"], second["end"], second["note"]) == (50, first["end"] + 5, "so")  # “… overdue,” said
    assert session.current is session.items[1]
    assert progress(session).done == 1
    assert play(start(), [longer])[2] == ["the span is put right"]


def test_a_span_put_right_twice_replaces_both():
    _, writes, _ = play(start(), [longer, longer, PRO])
    a, b = (row["quote_id"] for row in of(writes, "corrections"))
    assert of(writes, "labels")[0]["replaces"] == f"{a} {b}"


def test_a_span_taken_back_finds_its_label_again():
    item = STOCK.items()[0]
    session, writes, _ = play(start(), [PRO, Back(), longer, Extent(item.span)])
    assert session.current.row["quote_id"] == item.row["quote_id"]
    assert session.earlier.label == "pro-restriction"
    assert len(of(writes, "labels")) == 1
    # Also where it was not gone back to: the first answer is for the span that comes back.
    session, _, _ = play(start(), [PRO, Back(), longer, Skip()])
    assert session.current is session.items[0], "open again"
    session, _, _ = play(session, [Extent(item.span)])
    assert (session.current.span, session.revisited) == (item.span, session.items[0].key)


def test_a_span_of_another_quotation_and_its_own_are_refused():
    items = STOCK.items()
    _, writes, told = play(start(), [Extent(items[1].span), Extent(items[0].span)])
    assert writes == []
    assert told == ["the quotation cannot have this span; nothing was changed", "the span is this one already"]


def test_each_target_is_a_statement_of_its_own_and_corrections_reach_all():
    session, _, _ = play(start(TWO_TARGETS), [longer])
    assert [item.target for item in session.items[:2]] == [TARGET, OTHER]
    assert session.items[0].span == session.items[1].span != TWO_TARGETS.items()[0].span


def test_progress_counts_pace_by_the_median_of_recent_answers():
    session, _, _ = play(start(), [PRO, PRO])
    assert (progress(session).pace, progress(session).an_hour, progress(session).seconds_left) == (None, None, None)
    session, _, _ = play(start(), [PRO], seconds=3600.0)  # a break
    session, _, _ = play(session, [PRO, NoStatement()], seconds=10.0)
    session, _, _ = play(session, [Unclear(), ANTI], seconds=20.0)
    done = progress(session)
    assert (done.total, done.done, done.skipped, done.terms, done.ambiguous) == (5, 4, 0, 1, 1)
    assert (done.pace, done.an_hour, done.seconds_left) == (15.0, 240.0, 15.0)
    assert done.labels == {"anti-restriction": 1, "neutral": 0, "pro-restriction": 2}
    assert list(done.labels) == list(LABELS)


def test_answers_of_other_tables_stay_out_of_the_way():
    _, writes, _ = play(start(TWO_TARGETS), [PRO, ANTI, PRO])
    session = read_back(STOCK, writes)
    assert progress(session).done == 2
    assert session.answers.keys() - session.by_key.keys()


# --- any keys at all

EVENTS = st.one_of(
    st.sampled_from([PRO, ANTI, NEUTRAL]),
    st.sampled_from([Skip(), Back(), Back(), Unclear(), NoStatement()]),
    st.builds(Note, st.sampled_from(["", "so", "‮אב 🎉", "a\nb"])),
    st.builds(Speaker, st.sampled_from([None, "Ida Ferran", "Mira Olsen", "a clerk"])),
    st.tuples(st.sampled_from(["start", "end"]), st.integers(-2, 2)),
)
# Long ones: a skipped statement comes again, and a span comes back, after many others.
MANY = st.lists(EVENTS, min_size=12, max_size=40)
TABLES = {"one target": STOCK, "two targets": TWO_TARGETS, "terms": WITH_TERM}


def settled(session):
    """Return what is left of a session when it is stopped."""
    return replace(session, revisited=None, unclear=False)


def move(event, session):
    """Return the event, where it is a move of an end as that of the statement that is asked."""
    if not isinstance(event, tuple):
        return event
    return longer(session, *event) if session.current else Skip()


def check(before, event, made):
    """Assert what holds of every step."""
    labels = of(made.writes, "labels")
    after = made.session
    if isinstance(event, Back | Unclear):
        assert made.writes == ()
    if isinstance(event, Label | NoStatement) and before.current:
        assert len(labels) == 1
        key = (labels[0]["source"], labels[0]["sha256"], labels[0]["start"], labels[0]["end"], labels[0]["target"])
        assert after.answers[key].label == labels[0]["label"]
    assert before.answers.keys() <= after.answers.keys(), "no answer is lost"
    assert {item.key for item in after.open} | set(after.answered) == {item.key for item in after.items}
    assert not {item.key for item in after.open} & set(after.answered)
    assert (after.current is None) == (not after.open and after.revisited is None)
    for item in after.items:
        assert item.article.text[slice(*item.span)] == item.row["text"]


@pytest.mark.parametrize("table", TABLES)
@settings(max_examples=80, deadline=None)
@given(events=MANY)
def test_after_any_keys_what_was_written_gives_the_same_session(table, events):
    session, writes = begin(TABLES[table], "ann"), []
    for event in events:
        event = move(event, session)
        made = step(session, event, time=TIME, seconds=1.0)
        check(session, event, made)
        session = made.session
        writes += made.writes
    resumed = read_back(TABLES[table], writes)
    assert resumed == settled(session)
    assert (resumed.answered, resumed.open) == (session.answered, session.open), "in the same order, too"


@settings(max_examples=25, deadline=None)
@given(events=MANY, stops=st.sets(st.integers(0, 40), max_size=4))
def test_stopping_in_between_changes_no_line_of_the_files(events, stops):
    with tempfile.TemporaryDirectory() as folder:
        written = [session_on_disk(Path(folder, name), events, wanted) for name, wanted in (("a", stops), ("b", set()))]
    assert written[0] == written[1]


def session_on_disk(folder, events, stops):
    """Return the bytes of the files after events; at a stop the files are closed and all is read anew."""
    sheets = {sheet: folder / f"{sheet}.jsonl" for sheet in ("labels", "corrections", "marks")}
    parts, part = [], []
    for number, event in enumerate(events):
        part.append(event)
        parts, part = ([*parts, part], []) if number in stops else (parts, part)
    carried = None
    for events_of_part in [*parts, part]:
        with ExitStack() as stack:
            files = {sheet: stack.enter_context(Journal(path, "ann")) for sheet, path in sheets.items()}
            writes = [(sheet, row) for sheet, journal in files.items() for row in journal.rows]
            session = read_back(WITH_TERM, writes)
            if carried is not None:  # what is not on disk is set as it was
                session = replace(session, revisited=carried.revisited, unclear=carried.unclear)
                assert session == carried
            for event in events_of_part:
                made = step(session, move(event, session), time=TIME, seconds=1.0)
                for sheet, row in made.writes:
                    files[sheet].append(row)
                session = made.session
            carried = session
    return {sheet: path.read_bytes() if path.exists() else b"" for sheet, path in sheets.items()}
