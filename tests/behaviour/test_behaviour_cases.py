"""The cases that come along: what holds for each of them, and for the ways in which they are changed."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline import stance
from pipeline.evaluation import behaviour
from pipeline.evaluation.behaviour.changes import AMERICAN, MARKS, TYPOS, american, mistyped
from pipeline.evaluation.behaviour.expansion import _FOLDER, cases
from pipeline.evaluation.behaviour.tellings import Marks, fill
from pipeline.evaluation.behaviour.templates import read_templates
from pipeline.records import LABELS

CASES = behaviour.cases()
GUIDE = (Path(pipeline.__file__).parent.parent / "docs/behaviour.md").read_text(encoding="utf-8")
PROBES = [probe for case in CASES for probe in case.probes]


def test_there_are_enough_cases_of_each_capability_and_kind():
    assert len(CASES) >= 300
    counts = Counter(case.capability for case in CASES)
    assert tuple(counts) == behaviour.CAPABILITIES
    assert min(counts.values()) >= 15
    assert {case.kind for case in CASES} == set(behaviour.KINDS)


def test_every_template_file_is_asked():
    named = {path.stem.replace("_", " "): read_templates(path)[0].capability for path in _FOLDER.glob("*.yaml")}
    assert set(named) == set(behaviour.CAPABILITIES)
    assert all(name == capability for name, capability in named.items())


def test_the_documentation_counts_the_cases():
    rows = re.findall(r"^\| ([a-z ]+) \| (\d+) \| ([A-Z, ]+) \|", GUIDE, re.MULTILINE)
    kinds = {name: {case.kind for case in CASES if case.capability == name} for name in behaviour.CAPABILITIES}
    assert [(name, int(n)) for name, n, _ in rows] == list(Counter(case.capability for case in CASES).items())
    assert {name: set(told.split(", ")) for name, _, told in rows} == kinds
    assert f"a model {len(CASES)} statements and pairs" in GUIDE.replace("\n", " ")


def test_the_example_of_the_documentation_can_be_asked(tmp_path):
    (tmp_path / "sarcasm.yaml").write_text(re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[0], encoding="utf-8")
    assert Counter(case.kind for case in cases([tmp_path / "sarcasm.yaml"])) == {"MFT": 3, "DIR": 1}


def test_ids_and_tested_inputs_are_there_once():
    assert len({case.case_id for case in CASES}) == len(CASES)
    assert len({case.probe.inputs for case in CASES}) == len(CASES)


def test_one_input_has_one_label():
    assert len({probe.inputs for probe in PROBES}) == len({(probe.inputs, probe.label) for probe in PROBES})


def test_expansion_is_the_same_each_time():
    assert cases() == CASES


def test_inputs_are_what_classifiers_read():
    assert behaviour.INPUTS == stance.COLUMNS


@pytest.mark.parametrize("capability", behaviour.CAPABILITIES)
def test_every_label_occurs_and_no_template_decides(capability):
    found = [case for case in CASES if case.capability == capability]
    assert {case.probe.label for case in found} == set(LABELS)
    templates = Counter(case.case_id.split(".")[1] for case in found)
    assert len(templates) >= 5
    assert max(templates.values()) <= len(found) / 5


def test_contexts_hold_their_quotations_once_and_name_the_debate():
    for probe in PROBES:
        assert probe.context.count(probe.text) == 1, probe
        assert re.search(r"[{}]", f"{probe.context} {probe.title} {probe.target}") is None
        assert stance.strip_marks(probe.text) not in {"", probe.text}
        assert probe.speaker.lower() in probe.context.lower()
    own = [case.probe for case in CASES if case.capability != "target swap"]
    assert all(probe.target in probe.context for probe in own)


def test_the_sentences_around_take_no_side():
    around = {probe.context.replace(probe.text, "") + probe.title for probe in PROBES}
    sides = re.compile(r"\b(?:safe|danger|threat|wrong|right|support|oppos|back|against|welcom|warn|critic)\w*", re.I)
    assert [text for text in around if sides.search(text)] == []


def test_nothing_but_spelling_depends_on_british_or_american():
    both = re.compile(rf"\b(?:{'|'.join([*AMERICAN, *AMERICAN.values()])})\b", re.IGNORECASE)
    others = [path for path in _FOLDER.glob("*.yaml") if path.stem != "spelling"]
    for path in (*others, _FOLDER.parent / "world.yaml"):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))  # without comments
        assert both.findall(str(told)) == [], path


def test_every_british_word_of_the_table_is_asked():
    text = (_FOLDER / "spelling.yaml").read_text(encoding="utf-8")
    assert [word for word in AMERICAN if word not in text] == []


@pytest.mark.parametrize(
    ("capability", "same"),
    [
        ("speaker swap", ("text", "target", "title")),
        ("vendor swap", ("speaker",)),
        ("spelling", ("target", "title", "speaker")),
        ("typos", ("target", "title", "speaker")),
        ("quotation marks", ("target", "title", "speaker")),
    ],
)
def test_a_change_leaves_the_rest_alone(capability, same):
    pairs = [(case.probe, case.original) for case in CASES if case.capability == capability]
    assert all(after.label == before.label and after.inputs != before.inputs for after, before in pairs)
    assert all(getattr(after, name) == getattr(before, name) for after, before in pairs for name in same)


def test_another_vendor_is_another_in_every_part():
    for case in CASES:
        if case.capability == "vendor swap":
            (old, new) = (probe.target.split(" in ")[0].split()[0] for probe in (case.original, case.probe))
            assert old not in " ".join(case.probe.inputs)
            assert new in case.probe.target


def test_marks_differ_and_words_do_not():
    for case in CASES:
        if case.capability == "quotation marks":
            before, after = (re.sub(r"[\"'`“”‘’‚„«»‹› ]", "", probe.text) for probe in (case.original, case.probe))
            assert before == after
    assert len({marks.outer for marks in MARKS.values()}) == len(MARKS)


def test_firms_and_people_are_named_once():
    world = yaml.safe_load((_FOLDER.parent / "world.yaml").read_text(encoding="utf-8"))
    firms = [scene["vendor"] for scene in world["scenes"].values()] + world["other_vendors"]
    people = [name for name, _ in [*world["speakers"], *world["other_speakers"]]]
    assert len(set(firms)) == len(firms)
    assert len({name.split()[-1] for name in people}) == len(people)


# Words, marks, and what is printed.
QUOTED = [
    ("It's 'new'.", "curly", "“It’s ‘new’.”"),
    ("It's 'new'.", "straight-single", "'It's \"new\".'"),
    ("Mothers' votes", "guillemets", "«Mothers’ votes»"),
    ("'A, b,' they shout", "low-high", "„‚A, b,‘ they shout“"),
]


@pytest.mark.parametrize(("words", "name", "printed"), QUOTED)
def test_marks_go_around_words(words, name, printed):
    assert MARKS[name].around(words) == printed


@given(st.text(st.characters(codec="utf-8", exclude_characters="'\0\1")))
def test_marks_add_nothing_else(words):
    for marks in (Marks(), *MARKS.values()):
        assert marks.around(words) == marks.outer[0] + words + marks.outer[1]


@given(st.text("abcdefgh XY'", max_size=60), st.sampled_from(sorted(TYPOS)))
def test_slips_change_long_words_alone_and_one_in_three_at_most(words, name):
    before, after = words.split(" "), mistyped(words, TYPOS[name]).split(" ")
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert all(abs(len(old) - len(new)) <= 1 and re.search("[a-z]{5}", old) for old, new in changed)
    assert len(changed) <= max(1, (len(re.findall(r"\b[a-z]{5,}\b", words)) + 1) // 3)


# Word, and what each slip makes of it.
SLIPS = [("swapped", "harlmess"), ("dropped", "harmess"), ("doubled", "harmlless")]


@pytest.mark.parametrize(("name", "typed"), SLIPS)
def test_a_slip_is_in_the_middle(name, typed):
    assert mistyped("It is harmless", TYPOS[name]) == f"It is {typed}"


def test_american_spelling_has_no_british_left():
    for british, spelt in AMERICAN.items():
        assert american(f"One {british}, two.") == f"One {spelt}, two."
        assert american(spelt) == spelt


def test_slots_are_filled_once():
    assert fill("{Things} and {things}", {"things": "{users}"}) == "{users} and {users}"
