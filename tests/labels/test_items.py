"""What is asked: which rows, toward which target, with how much of the article."""

import pytest
from town import COUNCIL, HARBOUR, OTHER, SAID, TARGET, TERM, article, rows_of, stock, table

from pipeline.errors import InputError
from pipeline.labels.items import take_stock
from pipeline.labels.places import Predicted
from pipeline.stages.correction import RULES

ARTICLES, ROWS = table()
IDS = [row["quote_id"] for row in ROWS]


def asked(rows=ROWS, **options):
    made, dropped = take_stock(rows, ARTICLES, RULES, **options)
    return [(item.row["quote_id"], item.target) for item in made.items()], dict(dropped)


def toward(target, *places):
    return [(IDS[place], target) for place in places]


CASES = {
    "all but terms": ({}, toward(TARGET, 0, 1, 2, 4, 5), {"term": 1}),
    "another target": ({"target": OTHER}, toward(OTHER, 0, 1, 2, 4, 5), {"term": 1}),
    "the first two": ({"limit": 2}, toward(TARGET, 0, 1), {"term": 1}),
    "a queue": ({"queue": [(IDS[4], None), (IDS[0], None)]}, toward(TARGET, 4, 0), {}),
    "a queue with terms": ({"queue": [(IDS[3], None)]}, toward(TARGET, 3), {}),
    "a queue with targets": ({"queue": [(IDS[1], OTHER)]}, toward(OTHER, 1), {}),
    "a queue and a target": ({"queue": [(IDS[1], OTHER)], "target": "x"}, toward("x", 1), {}),
    "a queue of strangers": ({"queue": [("x:1-2", None), (IDS[1], None)]}, toward(TARGET, 1), {"not-in-table": 1}),
    "a queue that repeats": ({"queue": [(IDS[1], None)] * 2}, toward(TARGET, 1), {}),
    "the first of a queue": ({"queue": [(IDS[4], None), (IDS[0], None)], "limit": 1}, toward(TARGET, 4), {}),
    "no targets": ({"rows": [r | {"target": None} for r in ROWS]}, [], {"term": 1, "no-target": 5}),
    "two targets": (
        {"rows": [r | {"target": t} for r in ROWS[:2] for t in (TARGET, OTHER)]},
        [(i, t) for i in IDS[:2] for t in (TARGET, OTHER)],
        {},
    ),
    "two targets, one wanted": (
        {"rows": [r | {"target": t} for r in ROWS[:2] for t in (TARGET, OTHER)], "target": OTHER},
        toward(OTHER, 0, 1),
        {},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_asked_and_what_is_left_out(case):
    options, wanted, dropped = CASES[case]
    assert asked(**options) == (wanted, dropped)


def test_guesses_are_those_of_the_rows_target_and_not_kept_unless_wanted():
    rows = [row | {"stance": "neutral", "confidence": 0.5, "model": "m"} for row in ROWS]
    for options, guess in (
        ({}, None),
        ({"guesses": True}, Predicted("neutral", 0.5, "m")),
        ({"guesses": True, "target": OTHER}, None),
    ):
        made, _ = take_stock(rows, ARTICLES, RULES, **options)
        assert {item.guess for item in made.items()} == {guess}


def test_a_table_whose_articles_are_of_another_run_is_refused():
    with pytest.raises(InputError, match="its article is not beside the quote table; run ingest again"):
        take_stock(ROWS, ARTICLES[:1], RULES)
    with pytest.raises(InputError, match=r"does not stand at .* are not of one run"):
        take_stock([ROWS[0] | {"start": 3}], ARTICLES, RULES)


def shown(item, level):
    return item.article.text[slice(*item.around(level))]


def test_the_context_grows_from_what_models_read_to_the_article():
    item = stock()[0].items()[1]
    assert shown(item, 0) == item.row["context"]
    assert shown(item, 1) == shown(item, 2) == item.article.text
    for level in (0, 1, 2):
        low, high = item.around(level)
        assert low <= item.span[0] < item.span[1] <= high


def test_one_paragraph_more_is_shown_on_either_side():
    text = "".join(f"Paragraph {n} is here.\n\n" for n in range(4)) + COUNCIL.split("\n\n", 1)[1].strip()
    text += "".join(f"\n\nParagraph {n} is here." for n in range(5, 9))
    page = article(text)
    rows = [row | {"target": TARGET} for row in rows_of(page)]
    made, _ = take_stock(rows, [page], RULES)
    first = made.items()[0]
    assert "Council delays" in shown(first, 1)
    assert "Paragraph 1 " not in shown(first, 1)
    assert SAID[2] in shown(first, 1)
    assert "Paragraph 6" not in shown(first, 1)
    assert shown(first, 2) == page.text


def test_the_same_words_twice_are_told_apart_in_their_context():
    page = article(HARBOUR + "\n\n" + HARBOUR.split("\n\n")[1], "harbour.txt")
    rows = [row | {"target": TARGET} for row in rows_of(page)]
    made, _ = take_stock(rows, [page], RULES)
    for item in made.items():
        low, high = item.around(0)
        assert low <= item.span[0] < item.span[1] <= high
        assert page.text[low:high] == item.row["context"]


def test_pages_are_named_by_their_place_in_the_extracted_text():
    page = article(source="council.html")
    rows = [row | {"target": TARGET} for row in rows_of(page)]
    item = take_stock(rows, [page], RULES)[0].items()[1]
    assert item.row["raw_start"] is None
    assert COUNCIL[slice(*item.place)] == "“a de\u0301tour without a map”"
    assert item.key == ("council.html", page.raw_sha256, *item.place, TARGET)


def test_terms_are_known_as_such():
    items = stock(queue=[(row["quote_id"], None) for row in ROWS])[0].items()
    assert [item.row["text"] for item in items if item.is_term] == [TERM]
