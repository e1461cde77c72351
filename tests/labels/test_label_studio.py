"""Label Studio's tasks and exports; the shapes of annotations were recorded from a server of version 1.23.2."""

import html
import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.labels.intake import Coders, settle
from pipeline.labels.label_studio import NO_STATEMENT, UNCLEAR, config_xml, tasks_of
from pipeline.labels.label_studio_export import codings_of
from pipeline.labels.places import Places
from pipeline.labels.units import make_units
from pipeline.records import LABELS

EARLY, LATE = "2032-03-01T08:30:00.123456Z", "2032-03-02T08:30:00.654321Z"


def choice(field, *values):
    return {"from_name": field, "to_name": "context", "type": "choices", "value": {"choices": list(values)}}


def text(*values):
    return {"from_name": "note", "to_name": "context", "type": "textarea", "value": {"text": list(values)}}


def annotation(*results, **values):
    return {
        "id": 34,
        "completed_by": 1,
        "result": list(results),
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": EARLY,
        "updated_at": EARLY,
        "draft_created_at": None,
        "lead_time": 12.5,
        "prediction": {},
        "result_count": 1,
        "unique_id": "3ec1de52-bde0-4eb4-b6c8-2d71b0e5b868",
        "import_id": None,
        "last_action": None,
        "task": 7,
        "project": 1,
        "updated_by": 1,
        "parent_prediction": None,
        "parent_annotation": None,
        **values,
    }


def draft(*results, **values):
    return {"id": 1, "user": "ana@example.org", "result": list(results), "lead_time": 3.5, "annotation": None, **values}


def exported(task, *annotations, drafts=(), number=7):
    """Return a task as the server gives it back."""
    return {
        "id": number,
        "annotations": list(annotations),
        "drafts": list(drafts),
        "predictions": [1],
        "data": task["data"],
        "meta": {},
        "created_at": EARLY,
        "inner_id": 1,
        "total_annotations": len(annotations),
        "cancelled_annotations": 0,
    }


@pytest.fixture(scope="module")
def tasks(corpus):
    return tasks_of(make_units(corpus.rows, corpus.articles).units)


@pytest.fixture(scope="module")
def take(corpus):
    def taken(*exports, coders=None):
        through = json.loads(json.dumps(exports))
        return settle(codings_of(through, "export.json"), Places(corpus.rows, corpus.articles), coders or Coders())

    return taken


def reasons(settled):
    return [reject.reason for reject in settled.rejects]


def test_the_configuration_asks_for_the_labels_of_the_codebook_with_a_key_each():
    view = ElementTree.fromstring(config_xml())
    fields = {field.get("name"): field for field in view.iter() if field.get("toName")}
    assert list(fields) == ["label", "ambiguous", "note"]
    assert [each.get("value") for each in fields["label"]] == [*LABELS, NO_STATEMENT]
    keys = [each.get("hotkey") for each in view.iter("Choice")]
    assert keys == ["1", "2", "3", "4", "5"]
    assert {field.get("toName") for field in fields.values()} == {view.find("HyperText").get("name")}


def test_the_configuration_shows_only_what_the_tasks_have(tasks):
    shown = set(re.findall(r'value="\$(\w+)"', config_xml()))
    assert shown == {"question", "about", "html"}
    assert all(isinstance(task["data"][name], str) for task in tasks for name in shown)


def test_a_task_marks_the_quotation_and_nothing_in_it_is_markup(corpus, tasks):
    page = tasks[-1]["data"]
    assert page["html"] == "<p>=cmd() said: <mark>“+1 &lt; 2 &amp; 3,”</mark> he wrote.</p>"
    assert tasks[1]["data"]["html"].startswith("<p>“No,” said Ana Ruiz. <mark>“No,”</mark> she said again.<br><br>She")
    assert (page["question"], page["about"]) == ("Toward restricting: Norvane in 5G networks", "Ana Ruiz · The Post")
    for task, row in zip(tasks, (corpus.rows[n] for n in (0, 1, 2, 4)), strict=True):
        assert html.unescape(re.sub(".*<mark>(.*)</mark>.*", r"\1", task["data"]["html"])) == row["text"]
        source = corpus.sources[task["data"]["source"]]
        spot = source[task["data"]["start"] : task["data"]["end"]]
        assert " ".join(spot.split()) == task["data"]["quote"] == row["text"]


def test_known_labels_and_predictions_are_predictions_of_the_task(corpus):
    rows = [{**row, "stance": "neutral", "confidence": 0.5, "model": "tfidf-1"} for row in corpus.rows]
    gold = [corpus.gold(0, ambiguous=True, note="a\nb"), corpus.gold(0, coder="ben", kind="term", label=None)]
    first, second, *_ = tasks_of(make_units(rows, corpus.articles, gold=gold, predictions=True).units)
    found = [(each["model_version"], each.get("score")) for each in first["predictions"]]
    assert found == [("coder ana", None), ("coder ben", None), ("tfidf-1", 0.5)]
    ana, ben, model = (
        [(result["from_name"], result["value"]) for result in each["result"]] for each in first["predictions"]
    )
    assert ana == [
        ("label", {"choices": ["neutral"]}), ("ambiguous", {"choices": [UNCLEAR]}), ("note", {"text": ["a\nb"]}),
    ]  # fmt: skip
    assert ben == [("label", {"choices": [NO_STATEMENT]})]
    assert model == [("label", {"choices": ["neutral"]})]
    assert len(second["predictions"]) == 1
    assert "annotations" not in first


def test_an_annotation_becomes_gold_with_its_time_and_seconds(take, tasks, expected):
    answers = (choice("label", "pro-restriction"), choice("ambiguous", UNCLEAR), text("one", "two\nthree"))
    settled = take(
        exported(tasks[3], annotation(*answers, updated_at=LATE, completed_by={"id": 1, "email": "a@b.org"}))
    )
    (gold,) = settled.gold
    assert (gold.statement_id, gold.source, (gold.start, gold.end)) == ("a2:13-26", "page.html", expected.spans[4])
    assert (gold.label, gold.kind, gold.ambiguous, gold.note) == (
        "pro-restriction",
        "statement",
        True,
        "one\ntwo\nthree",
    )
    assert (gold.coder, gold.coder_type, gold.time, gold.seconds) == ("a@b.org", "human", LATE, 12.5)
    assert (gold.speaker, gold.target) == ("Ana Ruiz", "Norvane in 5G networks")
    assert settled.rejects == ()


@pytest.mark.parametrize(
    ("completed_by", "coder"),
    [
        (3, "label-studio-3"),
        ({"id": 3, "email": "ben@example.org"}, "ben@example.org"),
        ({"id": 3, "email": ""}, "label-studio-3"),
        ("ben@example.org", "ben@example.org"),
        (None, "eva"),
    ],
)
def test_the_coder_is_named_as_well_as_the_export_can(take, tasks, completed_by, coder):
    settled = take(
        exported(tasks[0], annotation(choice("label", "neutral"), completed_by=completed_by)), coders=Coders("eva")
    )
    assert settled.gold[0].coder == coder


def test_coders_have_a_row_each_and_the_newest_of_each_counts(take, tasks):
    settled = take(
        exported(
            tasks[0],
            annotation(choice("label", "neutral"), id=1),
            annotation(choice("label", "anti-restriction"), id=2, updated_at=LATE),
            annotation(choice("label", "pro-restriction"), id=3, completed_by=2),
        )
    )
    assert [(gold.coder, gold.label) for gold in settled.gold] == [
        ("label-studio-1", "anti-restriction"),
        ("label-studio-2", "pro-restriction"),
    ]
    assert [reject.position for reject in settled.rejects] == ["task 7 annotation 1"]
    assert reasons(settled) == ["relabelled"]


def test_a_task_in_two_exports_counts_once(take, tasks):
    one = exported(tasks[0], annotation(choice("label", "neutral")))
    settled = take(one, one)
    assert (len(settled.gold), settled.counts["repeated"], settled.rejects) == (1, 1, ())


def test_only_numbers_are_numbers_of_a_server(corpus, tasks):
    for user, numbered in (
        (3, True),
        ("3", True),
        ({"id": 3}, True),
        ({"id": 3, "email": "3@b.org"}, False),
        (None, False),
    ):
        task = exported(tasks[0], annotation(choice("label", "neutral"), completed_by=user))
        assert [coding.numbered for coding in codings_of(task, "x.json")] == [numbered]


def test_skipped_tasks_and_drafts_are_kept_as_rejects_and_tasks_without_annotation_are_counted(take, tasks):
    settled = take(
        exported(tasks[0], annotation(choice("label", "neutral"), was_cancelled=True)),
        exported(tasks[1], drafts=[draft(choice("label", "neutral"))]),
        exported(tasks[2], drafts=[5]),
        exported(tasks[3], annotation(choice("label", "neutral"))),
    )
    assert sorted(reasons(settled)) == ["draft", "skipped"]
    assert (settled.counts["unlabelled"], len(settled.gold)) == (2, 1)
    assert "neutral" in settled.rejects[0].record


def test_no_statement_makes_a_term(take, tasks):
    (gold,) = take(exported(tasks[2], annotation(choice("label", NO_STATEMENT)))).gold
    assert (gold.kind, gold.label) == ("term", None)


def test_a_term_that_is_labelled_is_a_fragment(corpus, take):
    term = tasks_of(make_units(corpus.rows, corpus.articles, terms=True).units)[3]
    assert term["data"]["kind"] == "term"
    (gold,) = take(exported(term, annotation(choice("label", "neutral")))).gold
    assert (gold.kind, gold.label) == ("fragment", "neutral")


@pytest.mark.parametrize(
    ("results", "reason", "said"),
    [
        (
            [choice("label", "positive")],
            "bad-label",
            "label 'positive' is not in the codebook; allowed: anti-restriction",
        ),
        ([choice("sentiment", "positive")], "other-question", "answers 'sentiment', which the configuration"),
        ([choice("label", "neutral", "pro-restriction")], "several-labels", "has 2 labels (neutral, pro-restriction)"),
        ([choice("ambiguous", UNCLEAR)], "no-label", "has no label; give one of"),
        (
            [{"from_name": "label", "value": {"rectanglelabels": ["Car"]}}],
            "broken-annotation",
            "its answer has no choices",
        ),
        (["label"], "broken-annotation", "holds no list of results"),
    ],
)
def test_what_cannot_be_used_names_task_and_annotation(take, tasks, results, reason, said):
    settled = take(exported(tasks[0], annotation(*results)), exported(tasks[1], annotation(choice("label", "neutral"))))
    assert reasons(settled) == [reason]
    assert len(settled.gold) == 1
    message = settled.rejects[0].message
    assert message.startswith("export.json:task 7 annotation 34: ")
    assert said in message
    assert "\n" not in message


def test_an_answer_to_a_question_of_another_does_not_take_the_label_away(take, tasks):
    settled = take(exported(tasks[0], annotation(choice("label", "neutral"), choice("mood", "dry"))))
    assert (reasons(settled), len(settled.gold)) == (["other-question"], 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"statement_id": "b7:1-2", "source": "other.txt"}, "unknown-statement"),
        ({"statement_id": None}, "no-statement-id"),
        ({"sha256": "0" * 64}, "other-version"),
        ({"start": 17}, "other-place"),
        ({"start": "01.Feb"}, "turned-into-date"),
        ({"quote": "something else"}, "other-text"),
    ],
)
def test_tasks_of_other_projects_and_other_versions_are_named(take, tasks, change, reason):
    task = {"data": tasks[0]["data"] | change}
    settled = take(exported(task, annotation(choice("label", "neutral"))))
    assert (reasons(settled), settled.gold) == ([reason], ())
    assert settled.rejects[0].message.startswith("export.json:task 7")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"detail": "not found"}, "holds no list of tasks"),
        (["task"], "holds no list of tasks"),
        ([{"id": 1, "statement_id": "a1:16-21", "label": "neutral", "annotation_id": 2}], "is Label Studio's JSON-MIN"),
    ],
)
def test_a_file_that_is_no_export_is_refused(value, said):
    with pytest.raises(InputError, match=said):
        list(codings_of(value, "export.json"))


def test_one_task_alone_is_an_export_too(corpus, tasks):
    one = exported(tasks[0], annotation(choice("label", "neutral")))
    assert len(settle(codings_of(one, "x.json"), Places(corpus.rows, corpus.articles), Coders()).gold) == 1


ANSWERS = st.fixed_dictionaries(
    {
        "task": st.integers(0, 3),
        "user": st.integers(1, 3),
        "label": st.sampled_from([*LABELS, NO_STATEMENT]),
        "unclear": st.booleans(),
        "note": st.none() | st.text().filter(str.strip),
        "seconds": st.none() | st.floats(0, 1e5),
        "time": st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ANSWERS, min_size=1, max_size=8, unique_by=lambda each: (each["task"], each["user"])))
def test_every_annotation_comes_back_at_its_place(corpus, tasks, take, expected, answers):
    by_task = {number: [] for number in range(len(tasks))}
    for each in answers:
        results = [choice("label", each["label"])]
        results += [choice("ambiguous", UNCLEAR)] * each["unclear"]
        results += [text(each["note"])] if each["note"] is not None else []
        values = {"completed_by": each["user"], "lead_time": each["seconds"], "updated_at": each["time"]}
        by_task[each["task"]].append(annotation(*results, **values))
    settled = take(*(exported(tasks[number], *found) for number, found in by_task.items()))
    assert settled.rejects == ()
    found = {(gold.statement_id, gold.coder): gold for gold in settled.gold}
    assert len(found) == len(answers)
    numbers = (0, 1, 2, 4)  # the fourth quotation is a term
    for each in answers:
        number = numbers[each["task"]]
        gold = found[expected.ids[number], f"label-studio-{each['user']}"]
        assert corpus.sources[gold.source][gold.start : gold.end] == expected.surfaces[number]
        label = None if each["label"] == NO_STATEMENT else each["label"]
        assert (gold.label, gold.ambiguous, gold.note) == (label, each["unclear"], each["note"])
        assert (gold.kind == "term", gold.seconds) == (each["label"] == NO_STATEMENT, each["seconds"])
        assert gold.time.removesuffix("Z") == each["time"].removesuffix("Z")
