"""What a transformer reads of a statement."""

import pytest

from pipeline.stance.inputs import CLOSE, OPEN, Reading, pairs

ROW = {
    "text": "“Keep it out,”",
    "context": "Ministers met. “Keep it out,” said Lee. Nobody answered.",
    "title": "Acmetel under fire",
    "target": "Acmetel in  mobile networks",
}


def read(row=ROW, topics=None, **options):
    (found,) = pairs({name: [value] for name, value in row.items()}, Reading(**options), topics)
    return found


@pytest.mark.parametrize(
    ("options", "first", "second"),
    [
        ({}, "Acmetel in mobile networks", "Ministers met. « Keep it out, » said Lee. Nobody answered."),
        ({"target": False}, "", "Ministers met. « Keep it out, » said Lee. Nobody answered."),
        ({"context": False}, "Acmetel in mobile networks", "« Keep it out, »"),
        ({"context_words": 1}, "Acmetel in mobile networks", "met. « Keep it out, » said"),
        ({"context_words": 0}, "Acmetel in mobile networks", "« Keep it out, »"),
        ({"quote_words": 2}, "Acmetel in mobile networks", "Ministers met. « Keep … out, » said Lee. Nobody answered."),
        (
            {"title": True, "context": False, "mask_vendors": True},
            "the vendor in mobile networks",
            "the vendor under fire | « Keep it out, »",
        ),
    ],
)
def test_each_option_changes_its_part(options, first, second):
    assert read(**options) == (first, second)


def test_marks_of_any_kind_around_the_quotation_are_left_out():
    straight = ROW | {"text": '"Keep it out,"', "context": 'Ministers met. "Keep it out," said Lee. Nobody answered.'}
    assert read(straight) == read()


def test_a_quotation_that_is_not_in_its_context_is_read_before_it():
    assert read(ROW | {"context": "Another sentence."})[1] == f"{OPEN} Keep it out, {CLOSE} Another sentence."


def test_missing_columns_read_as_empty():
    assert pairs({"text": ["“No”", None]}, Reading(title=True)) == [("", "« No »"), ("", "« »")]


def test_aliases_of_the_topic_are_masked_too():
    row = ROW | {"text": "“AT is a risk, ACMETEL-2 is not”", "context": ""}
    topics = {ROW["target"]: {"aliases": ["AT", "mobile kit"]}}
    assert read(row, topics, mask_vendors=True)[1] == "« the vendor is a risk, ACMETEL-2 is not »"
    assert read(row, topics)[1] == "« AT is a risk, ACMETEL-2 is not »"


def test_a_target_that_names_nobody_masks_nothing():
    row = ROW | {"target": "drones"}
    assert read(row, mask_vendors=True) == read(row)
