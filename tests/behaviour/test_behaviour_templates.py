"""Files of cases that people write: what becomes of them, and faults told with file and line."""

import re

import pytest

from pipeline.errors import InputError
from pipeline.evaluation import behaviour
from pipeline.records import LABELS

ANTI, NEUTRAL, PRO = LABELS

OWN = """\
capability: Sarcasm, dry
target: smart meters
anti-restriction:
  - "Oh yes, ban them. And the wheel next."
  - text: "Lovely idea, this ban."
    context: "The vote on {target} is near. {quote,} {who,} said."
    title: "More on {target}"
    speaker: Ann Lee
neutral:
  - text: "{Users} read {vendor}'s letter."
    target: "{target}"
pro-restriction:
  - text: "They spy."
    from: {anti-restriction: "They don't spy."}
  - text: "A fine spy you have there."
    target: encryption
"""


@pytest.fixture
def asked(tmp_path):
    def read(text, *more):
        paths = [tmp_path / f"{number}.yaml" for number in range(len(more) + 1)]
        for path, told in zip(paths, (text, *more), strict=True):
            path.write_text(told, encoding="utf-8")
        return behaviour.cases(paths)

    return read


def test_statements_of_ones_own(asked):
    cases = asked(OWN)
    assert [(case.case_id, case.kind, case.probe.label, case.probe.target) for case in cases] == [
        ("sarcasm-dry.01", "DIR", PRO, "smart meters"),
        ("sarcasm-dry.02", "MFT", PRO, "encryption"),
        ("sarcasm-dry.03.cameras", "MFT", NEUTRAL, "Ondray cameras at schools"),
        ("sarcasm-dry.04", "MFT", ANTI, "smart meters"),
        ("sarcasm-dry.05", "MFT", ANTI, "smart meters"),
    ]
    assert cases[0].original.text in cases[0].original.context
    assert (cases[0].original.label, cases[0].original.text[:14]) == (ANTI, "\"They don't sp")
    assert cases[2].probe.text[1:28] == "Schools read Ondray's lette"
    last = cases[-1].probe
    assert last.inputs == (
        '"Lovely idea, this ban,"',
        'The vote on smart meters is near. "Lovely idea, this ban," Ann Lee said.',
        "More on smart meters",
        "smart meters",
        "Ann Lee",
    )


def test_statements_are_told_in_several_debates_and_changed(asked):
    cases = asked('capability: slips\nchange: typos\nscenes: 3\nneutral: ["The reading of {things} begins today."]\n')
    assert [case.case_id for case in cases] == [
        f"slips.01.{scene}.{slip}"
        for scene in ("routers", "drones", "cameras")
        for slip in ("swapped", "dropped", "doubled")
    ]
    assert {case.kind for case in cases} == {"INV"}


def test_the_label_toward_another_target_makes_a_pair(asked):
    (case,) = asked('capability: a\npro-restriction: [{text: "Ban {things}.", other: neutral}]')
    assert (case.kind, case.probe.label, case.original.label) == ("DIR", NEUTRAL, PRO)
    assert case.probe.text == case.original.text
    assert case.probe.target != case.original.target


def test_files_are_asked_together(asked):
    first, second = (f'capability: {name}\ntarget: t\nneutral: ["It rains."]' for name in "ab")
    assert [case.capability for case in asked(first, second)] == ["a", "b"]


# A file, the line that is at fault, and what is said.
FAULTS = [
    ("capability: a\nneutral:\n  - text: [1]\n", 3, "expected a text"),
    ("capability: a\nneutral:\n  - texts: x\n", 3, "unknown key 'texts'; known keys: text, from, other, target"),
    ("capability: a\nnetural:\n  - x\n", 2, "unknown key 'netural'; known keys: capability, scenes, change, target"),
    ("capability: a\nneutral:\n  - x\nneutral:\n  - y\n", 4, "the key 'neutral' is there twice"),
    ("capability: a\nneutral: x\n", 2, "expected a list of statements"),
    ("capability: a\nneutral:\n  - target: t\n", 3, "the key 'text' is missing"),
    ("neutral:\n  - x\n", 1, "the key 'capability' is missing"),
    ("- x\n", 1, "expected keys and values"),
    ("capability: a\nneutral:\n  - x\n  - 'Ban {thing}.'\n", 4, "nothing fills {thing}; there are: {harm}, "),
    ("capability: a\nneutral:\n  - {text: x, target: t, context: 'Lee spoke.'}\n", 3, "context does not hold {quote}"),
    ("capability: a\nneutral:\n  - {text: x, other: pro}\n", 3, "'pro' is not one of anti-restriction, neutral"),
    ("capability: a\nneutral:\n  - text: x\n    from: {}\n", 4, "expected one label and its text, found 0"),
    ("capability: a\nneutral:\n  - text: x\n    from: {pro: y}\n", 4, "unknown key 'pro'; known keys: anti-"),
    ("capability: a\nscenes: many\nneutral: [x]\n", 2, "'many' is not one of 1, 2, 3"),
    ("capability: a\nscenes: 0\nneutral: [x]\n", 2, "'0' is not one of 1, 2, 3"),
    ("capability: a\nchange: tone\nneutral: [x]\n", 2, "'tone' is not one of marks, speaker, spelling, typos, vendor"),
    ("capability: a\nchange: spelling\nneutral:\n  - It rains.\n", 4, "the change 'spelling' leaves this as it is"),
    ("capability: a\nchange: typos\nneutral:\n  - {text: x, other: neutral}\n", 4, "makes its own pairs"),
    ("capability: a\nchange: vendor\ntarget: t\nneutral:\n  - It rains.\n", 5, "nothing here can be swapped"),
    ("capability: a\nneutral: [x\n", 3, "not valid YAML"),
]


@pytest.mark.parametrize(("text", "line", "message"), FAULTS)
def test_a_fault_is_told_with_file_and_line(text, line, message, asked, tmp_path):
    with pytest.raises(InputError, match=re.escape(message)) as raised:
        asked(text)
    assert str(raised.value).startswith(f"{tmp_path / '0.yaml'}:{line}: ")


def test_a_file_without_statements_is_an_error(asked):
    for text in ("", "capability: a\n", "capability: a\nneutral: []\n"):
        with pytest.raises(InputError, match=r"0\.yaml: holds no statements"):
            asked(text)


def test_two_files_of_one_capability_are_an_error(asked):
    text = 'capability: a\ntarget: t\nneutral: ["It rains."]\n'
    with pytest.raises(InputError, match=r"1\.yaml:3: another file has the capability 'a', too"):
        asked(text, text)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no such file of cases"):
        behaviour.cases([tmp_path / "none.yaml"])
