"""What becomes of codings: whose they are, which counts where a coder said several things, what is nobody's."""

from dataclasses import replace

import pytest

from pipeline.errors import InputError
from pipeline.labels.codings import Coding, verdict
from pipeline.labels.intake import Coders, settle
from pipeline.labels.places import Places
from pipeline.records import Reject

EARLY, LATE = "2032-03-01T08:30:00Z", "2032-03-02T08:30:00Z"


def coding(position="L2", **values):
    given = {"statement_id": "a1:16-21", "label": "neutral", "coder": "ana", "assumed": "human", "record": "the row"}
    return Coding(file="x.csv", position=position, **{**given, **values})


@pytest.fixture
def take(corpus):
    def taken(*codings, coders=None):
        return settle(codings, Places(corpus.rows, corpus.articles), coders or Coders())

    return taken


def said(settled):
    return [(gold.coder, gold.label) for gold in settled.gold], [reject.reason for reject in settled.rejects]


def test_every_coder_has_a_row(take):
    settled = take(coding(), coding("L3", coder="ben", label="pro-restriction"), coding("L4", target="Karrow"))
    assert said(settled) == ([("ana", "neutral"), ("ben", "pro-restriction"), ("ana", "neutral")], [])
    counts = {"rows": 3, "unlabelled": 0, "repeated": 0, "gold": 3, "statements": 2, "coders": 2, "terms": 0}
    assert settled.counts == {**counts, "anti-restriction": 0, "neutral": 2, "pro-restriction": 1}


def test_the_target_is_that_of_the_table_where_the_file_names_none(take, corpus):
    assert take(coding()).gold[0].target == "Norvane in 5G networks"
    rows = [corpus.rows[0], {**corpus.rows[0], "target": "Karrow"}]
    settled = settle([coding()], Places(rows, corpus.articles), Coders())
    assert [reject.reason for reject in settled.rejects] == ["no-target"]


def test_what_a_coder_said_last_counts_and_the_rest_is_kept(take):
    first = coding("L2", time=EARLY)
    last = coding("L3", time=LATE, label="pro-restriction")
    for order in ((first, last), (last, first)):
        settled = take(*order)
        assert said(settled) == ([("ana", "pro-restriction")], ["relabelled"])
        assert settled.rejects[0].message == "x.csv:2: ana changed it later, at x.csv:3"
        assert settled.rejects[0].record == "the row"


def test_the_same_twice_counts_once(take):
    settled = take(coding("L2", time=EARLY), coding("L3", time=EARLY))
    assert said(settled) == ([("ana", "neutral")], [])
    assert settled.counts["repeated"] == 1


def test_what_a_mended_span_replaces_comes_along(take):
    assert take(coding(replaces="a1:16-19")).gold[0].replaces == "a1:16-19"
    assert take(coding()).gold[0].as_row()["replaces"] is None


@pytest.mark.parametrize("times", [(None, None), (EARLY, None), (EARLY, EARLY)])
def test_two_things_without_an_order_are_both_rejects(take, times):
    settled = take(coding("L2", time=times[0]), coding("L3", time=times[1], label="pro-restriction"))
    assert said(settled) == ([], ["contradiction", "contradiction"])
    assert "ana says two things of a1:16-21; keep one" in settled.rejects[0].message


def test_skipping_is_kept_and_counts_as_the_last_word(take):
    settled = take(coding(skipped=True, label=None, time=LATE), coding(time=EARLY))
    assert said(settled) == ([], ["relabelled", "skipped"])
    assert said(take(coding(skipped=True, label=None, time=EARLY), coding(time=LATE)))[0] == [("ana", "neutral")]


def test_nobody_is_a_coder_by_accident(take):
    settled = take(coding(coder=None))
    assert said(settled) == ([], ["no-coder"])
    assert "say whose label it is with --coder" in settled.rejects[0].message
    assert said(take(coding(coder=None), coders=Coders("eva")))[0] == [("eva", "neutral")]
    assert said(take(coding(coder="3"), coders=Coders("eva", {"3": "ben"})))[0] == [("ben", "neutral")]


def test_a_changed_label_never_stays_under_the_name_of_the_first_coder(take):
    changed = coding(was="anti-restriction", coder="machine", coder_type="model", assumed="human")
    kept = coding("L3", statement_id="a1:37-42", was="neutral", coder="machine", coder_type="model")
    assert said(take(changed, kept)) == ([("machine", "neutral")], ["no-coder"])
    settled = take(changed, kept, coders=Coders("ana"))
    assert [(gold.coder, gold.coder_type) for gold in settled.gold] == [("ana", "human"), ("machine", "model")]


@pytest.mark.parametrize(
    ("label", "kind", "ambiguous", "expected"),
    [
        ("neutral", "statement", False, "neutral"),
        ("neutral", "fragment", True, "neutral (ambiguous)"),
        ("neutral", "term", False, "term"),
        (None, "statement", True, None),
    ],
)
def test_verdicts_tell_what_was_changed(label, kind, ambiguous, expected):
    assert verdict(label, kind, ambiguous=ambiguous) == expected


def test_a_number_is_nobody_where_several_files_have_it(take):
    numbered = {"coder": "label-studio-1", "numbered": True}
    here, there = coding(**numbered), replace(coding("L3", statement_id="a1:37-42", **numbered), file="y.csv")
    with pytest.raises(InputError, match=r"x\.csv and y\.csv: have codings of label-studio-1"):
        take(here, there)
    named = take(here, there, coders=Coders(names={"label-studio-1": "ana"}))
    assert [gold.coder for gold in named.gold] == ["ana", "ana"]
    assert len(take(here, replace(there, file="x.csv")).gold) == 2


def test_types_given_on_the_command_line_go_before_what_is_assumed_and_behind_what_the_file_says(take):
    model = Coders(coder_type="model")
    assert take(coding(), coders=model).gold[0].coder_type == "model"
    assert take(coding(coder_type="weak"), coders=model).gold[0].coder_type == "weak"
    assert take(coding()).gold[0].coder_type == "human"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"label": None}, "unlabelled"),
        ({"label": None, "kind": "statement"}, "unlabelled"),
        ({"label": None, "note": "hm"}, "no-label"),
        ({"label": None, "ambiguous": True}, "no-label"),
        ({"label": None, "kind": "fragment"}, "no-label"),
        ({"label": None, "was": "neutral"}, "no-label"),
        ({"statement_id": "a1:96-106", "label": None, "coder": None, "kind": "term"}, "unlabelled"),
        ({"statement_id": "a1:96-106", "label": None, "kind": "term"}, "gold"),
        ({"label": None, "kind": "term"}, "gold"),
        ({"statement_id": "a1:96-106", "kind": "term"}, "term-with-label"),
        ({"statement_id": "a1:96-106"}, "gold"),
    ],
)
def test_a_row_that_nobody_worked_on_is_counted_and_any_work_is_kept(take, values, reason):
    settled = take(coding(**values))
    found = [*(reject.reason for reject in settled.rejects), *["gold"] * len(settled.gold)]
    assert found + ["unlabelled"] * settled.counts["unlabelled"] == [reason]


def test_a_labelled_term_is_what_it_is_as_speech(take):
    (gold,) = take(coding(statement_id="a1:96-106")).gold
    assert (gold.kind, gold.label) == ("fragment", "neutral")


def test_rejects_of_reading_go_through_and_count_as_rows(take):
    broken = Reject("x.csv", "L9", "broken-csv", "x.csv:9: no CSV")
    settled = take(broken, coding())
    assert (settled.rejects, settled.counts["rows"]) == ((broken,), 2)


def test_long_records_are_cut(take):
    assert len(take(coding(label=None, note="hm", record="x" * 5000)).rejects[0].record) == 2000
