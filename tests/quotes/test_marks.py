"""Which stretches of a text stand in quotation marks, whatever is missing or doubled."""

import re
from itertools import chain

import pytest

from pipeline.quotes.marks import pair_marks


def quoted(text: str) -> list[str]:
    """Return the quotations of a text whose paragraphs are its lines."""
    paragraphs = [match.span() for match in re.finditer(r"[^\n]+", text)]
    return [text[start:end] for start, end in pair_marks(text, paragraphs)]


KINDS_OF_MARKS = [
    ("curly", "Olsen said, “We shall wait.” Then she left.", ["“We shall wait.”"]),
    ("straight", 'Olsen said, "We shall wait." Then "we left".', ['"We shall wait."', '"we left"']),
    ("low and high", "Olsen said: „We shall wait.“ Then she left.", ["„We shall wait.“"]),
    ("guillemets", "Olsen said: «We shall wait.» Then she left.", ["«We shall wait.»"]),
    ("spaced guillemets", "Olsen said: « We shall wait. » Then she left.", ["« We shall wait. »"]),
    ("guillemets turned inwards", "Olsen said: »We shall wait.« Then she left.", ["»We shall wait.«"]),
    ("single guillemets", "Olsen said: ‹We shall wait.› Then she left.", ["‹We shall wait.›"]),
    ("corner brackets", "Olsen said: 「We shall wait.」 Then 『we left』.", ["「We shall wait.」", "『we left』"]),
    ("typewriter pairs", "Olsen said, ``We shall wait.'' Then she left.", ["``We shall wait.''"]),
    ("single", "‘We shall wait,’ Olsen said. ‘Then we leave.’", ["‘We shall wait,’", "‘Then we leave.’"]),
    ("straight single", "'We shall wait,' Olsen said. 'Then we leave.'", ["'We shall wait,'", "'Then we leave.'"]),
    ("straight opens, curly closes", 'Olsen said, "We shall wait.” Then “we left".', ['"We shall wait.”', '“we left"']),
    ("both curly marks turned the closing way", "Olsen said, ”We shall wait,” and left.", ["”We shall wait,”"]),
    ("both curly marks turned the opening way", "Olsen said, “We shall wait,“ and left.", ["“We shall wait,“"]),
    ("in brackets", "The firm (“a good neighbour”) stays.", ["“a good neighbour”"]),
    ("beside dashes", "The plan—“bold as ever”—failed.", ["“bold as ever”"]),
    ("no space after the closing mark", 'The "fast"-lane and the “slow”lane.', ['"fast"', "“slow”"]),
    ("none", "Olsen said that she would wait.", []),
    ("nothing at all", "", []),
]


@pytest.mark.parametrize(
    ("text", "expected"), [case[1:] for case in KINDS_OF_MARKS], ids=[c[0] for c in KINDS_OF_MARKS]
)
def test_marks_of_every_kind_are_paired(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


NESTED = [
    ("single in double", "“She called it ‘a farce’ and left,” he said.", ["“She called it ‘a farce’ and left,”"]),
    (
        "double in single",
        "‘She called it “a farce” and left,’ he said. ‘Yes.’",
        ["‘She called it “a farce” and left,’", "‘Yes.’"],
    ),
    ("curly in curly", "“She called it “a farce” and left,” he said.", ["“She called it “a farce” and left,”"]),
    (
        "straight in straight",
        'He said, "She called it "a farce" and left." Then he went.',
        ['"She called it "a farce" and left."'],
    ),
    ("guillemets in curly", "“She called it «a farce» and left,” he said.", ["“She called it «a farce» and left,”"]),
    ("inner ends with outer", "“She called it ‘a farce’,” he said.", ["“She called it ‘a farce’,”"]),
    (
        "inner ends with outer, no comma between",
        "He said: “She called it ‘a farce.’” Then he left.",
        ["“She called it ‘a farce.’”"],
    ),
    ("same kind ends together", "He said: “She called it “a farce.”” Then he left.", ["“She called it “a farce.””"]),
    ("three deep", "“I said ‘he says “no” to us’ then,” she said.", ["“I said ‘he says “no” to us’ then,”"]),
    ("inner begins with outer", "“‘A farce’ is what she said,” he recalled.", ["“‘A farce’ is what she said,”"]),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in NESTED], ids=[c[0] for c in NESTED])
def test_nested_quotations_belong_to_the_outer_one(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


NO_QUOTATIONS = [
    ("apostrophes", "It isn’t the firm’s plan, and they'd say it's nobody's.", []),
    ("possessive plurals", "The regulators’ view and the carriers' costs differ.", []),
    ("clipped decade", "In the ’90s and the '80s it was rock ’n’ roll.", []),
    ("clipped words", "’Twas said, ’til now, that 'em all knew 'bout it.", []),
    ("inches", 'A 15" screen and a 6\'2" guard.', []),
    ("minutes and seconds", "It lies at 12°30' north.", []),
    ("apostrophe in a quotation", "“It isn’t the firm’s plan,” she said.", ["“It isn’t the firm’s plan,”"]),
    ("possessive before a quotation", "The firms’ plan is “a farce” now.", ["“a farce”"]),
    ("inches in a quotation", '"I am 6\'2" tall," she said.', ['"I am 6\'2" tall,"']),
    ("figure ends a quotation", 'She said "we need 15" and left.', ['"we need 15"']),
    ("inches before a quotation", 'The 15" screen is "too small" for us.', ['"too small"']),
    ("decade in single marks", "‘It was the ’90s,’ he said. ‘Nobody knew.’", ["‘It was the ’90s,’", "‘Nobody knew.’"]),
    ("possessive in single marks", "‘The firms’ plan is dead,’ he said.", ["‘The firms’ plan is dead,’"]),
    ("possessive in straight single marks", "'The firms' plan is dead,' he said.", ["'The firms' plan is dead,'"]),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in NO_QUOTATIONS], ids=[c[0] for c in NO_QUOTATIONS])
def test_apostrophes_and_measures_are_no_marks(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


BRITISH = [
    (
        "single marks hold the speech",
        "‘We’ll not be bullied,’ said Orla Finch, the firms’ envoy. ‘It’s “nonsense”, frankly.’\n"
        "Her deputy’s view was ‘much the same’.",
        ["‘We’ll not be bullied,’", "‘It’s “nonsense”, frankly.’", "‘much the same’"],
    ),
    (
        "straight single marks hold the speech",
        "'We won't be bullied,' said Orla Finch. 'The members' vote was clear.'\nBob's view was 'much the same'.",
        ["'We won't be bullied,'", "'The members' vote was clear.'", "'much the same'"],
    ),
    (
        "a scare quote in an article whose speech is in doubles",
        "“We will not be bullied by anyone here,” said Orla Finch. The ‘deal’ is dead.",
        ["“We will not be bullied by anyone here,”", "‘deal’"],
    ),
    (
        "plural possessives, clipped words and a nested quotation",
        "‘The carriers’ costs are ours,’ said Orla Finch. The firms’ plan of the ’90s was ‘“rock ’n’ roll”, no more’.\n"
        "The ministers’ reply is due. ‘We’ll beat ‘em,’ she said.",
        ["‘The carriers’ costs are ours,’", "‘“rock ’n’ roll”, no more’", "‘We’ll beat ‘em,’"],
    ),
    (
        "straight marks with a possessive behind the quotation",
        "'They think \"no\",' said Orla Finch of the carriers' and the firms' talk. 'Nothin' came of it,' she said.",
        ["'They think \"no\",'", "'Nothin' came of it,'"],
    ),
    (
        "a nested quotation at the end",
        "‘People ask, “Is it safe?”’ said Orla Finch. ‘It is.’",
        ["‘People ask, “Is it safe?”’", "‘It is.’"],
    ),
    (
        "a space before the closing mark, none before the opening one",
        "Orla Finch said:‘We wait. ’ She said it was ‘#shameful’ and ‘...not over’.",
        ["‘We wait. ’", "‘#shameful’", "‘...not over’"],
    ),
    (
        "possessives around a quotation in doubles",
        "The ’specially vetted firms said “no thanks to all of that” to the boys’ offer.",
        ["“no thanks to all of that”"],
    ),
    (
        "a decade and a figure",
        "‘It was the ‘90s and we were poor,’ she said of the ‘50-plus crowd’.",
        ["‘It was the ‘90s and we were poor,’", "‘50-plus crowd’"],
    ),
    (
        "a quotation in doubles between speech in singles",
        "‘We will not be bullied by anyone,’ said Orla Finch. The sign read “no entry”. ‘It was old,’ she said.",
        ["‘We will not be bullied by anyone,’", "“no entry”", "‘It was old,’"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in BRITISH], ids=[c[0] for c in BRITISH])
def test_single_marks_are_told_from_apostrophes(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


# Each is faulty in itself, and yields what stands beside it; it must not touch its neighbours.
FAULTS = [
    ("closing mark missing before the reporting clause", "“We shall wait, said Olsen.", []),
    ("closing mark missing before a longer clause", "“We shall wait for it, the Tessaly minister said.", []),
    ("opening mark missing", "We shall wait,” said Olsen.", []),
    ("opening mark doubled", "““We shall wait,” said Olsen.", ["“We shall wait,”"]),
    ("closing mark doubled", "“We shall wait,”” said Olsen.", ["“We shall wait,”"]),
    ("straight marks doubled", 'Olsen said: ""We shall wait for it.""', ['""We shall wait for it.""']),
    ("lone straight mark", 'The " key is stuck, said Olsen.', []),
    ("straight closing mark without its opening one", 'We wait for them," Olsen said.', []),
    ("only a closing mark", "The hearing went on.”", []),
]
# These read like the first paragraph of a longer quotation, so a neighbour that opens with a mark would go on with it.
OPEN_FAULTS = [
    ("closing mark missing at the end of speech", "Olsen added: “We shall wait for it.", ["“We shall wait for it."]),
    ("closing mark missing after a fragment", "Olsen called it “a farce and left.", []),
    ("straight closing mark missing", 'Olsen said: "We wait for them now.', ['"We wait for them now.']),
]
OPENING = ("“The road is long,” said Bo Lund.", "“The sea is wide,” said Ana Silva.")
LED_IN = ("Bo Lund said: “The road is long,” and left.", "Ana Silva said: “The sea is wide,” and stayed.")
CASES = [(*case, pair) for case in FAULTS for pair in (OPENING, LED_IN)] + [(*case, LED_IN) for case in OPEN_FAULTS]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "middle", "last"])
@pytest.mark.parametrize(("fault", "own", "others"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_fault_spoils_its_own_paragraph_at_most(
    fault: str, own: list[str], others: tuple[str, str], place: int
) -> None:
    paragraphs = list(others)
    paragraphs.insert(place, fault)
    expected = [["“The road is long,”"], ["“The sea is wide,”"]]
    expected.insert(place, own)
    assert quoted("\n\n".join(paragraphs)) == list(chain(*expected))


def test_a_missing_mark_spoils_no_later_quotation_of_its_paragraph() -> None:
    text = "Olsen said: “We shall wait. She left. “The sea is wide,” said Ana Silva. “Very wide.”"
    assert quoted(text)[-2:] == ["“The sea is wide,”", "“Very wide.”"]


SEVERAL_PARAGRAPHS = [
    (
        "two",
        "Olsen said: “We shall wait.\n\n“Then we shall leave.”\n\nShe left.",
        ["“We shall wait.\n\n“Then we shall leave.”"],
    ),
    (
        "three",
        "Olsen said: “We shall wait.\n\n“It is dark.\n\n“Then we shall leave.”\n\nShe left.",
        ["“We shall wait.\n\n“It is dark.\n\n“Then we shall leave.”"],
    ),
    (
        "with tail and a further quotation",
        "Olsen said: “We shall wait.\n\n“Then we shall leave,” she said. “By night.”\n\n“Well,” said Bo Lund.",
        ["“We shall wait.\n\n“Then we shall leave,”", "“By night.”", "“Well,”"],
    ),
    (
        "straight marks",
        'Olsen said: "We shall wait.\n\n"Then we shall leave," she said. "By night."',
        ['"We shall wait.\n\n"Then we shall leave,"', '"By night."'],
    ),
    (
        "single marks",
        "‘We shall wait.\n\n‘Then we shall leave,’ Olsen said. ‘By night.’",
        ["‘We shall wait.\n\n‘Then we shall leave,’", "‘By night.’"],
    ),
    (
        "nested quotation in a later paragraph",
        "Olsen said: “We shall wait.\n\n“They call it ‘a farce’ and “a joke” there.”\n\nShe left.",
        ["“We shall wait.\n\n“They call it ‘a farce’ and “a joke” there.”"],
    ),
    (
        "two quotations over paragraphs, one after the other",
        "Olsen said: “We shall wait.\n\n“It is dark.”\n\nLund said: “We go now.\n\n“It is light.”",
        ["“We shall wait.\n\n“It is dark.”", "“We go now.\n\n“It is light.”"],
    ),
    (
        "a line broken amid its sentence",
        "Olsen said: “We shall wait and\n\nthen we shall leave,” she said. “By night.”",
        ["“We shall wait and\n\nthen we shall leave,”", "“By night.”"],
    ),
    (
        "the next paragraph goes on without a mark: nothing tells how far",
        "Olsen said: “We shall wait here.\n\nThen we shall leave,” she said. “By night.”",
        ["“We shall wait here.", "“By night.”"],
    ),
    (
        "somebody else speaks in the next paragraph: the closing mark is missing",
        "Mira Olsen said: “We shall wait here.\n\n“We shall not,” said Bo van der Lund, a farmer.",
        ["“We shall wait here.", "“We shall not,”"],
    ),
    (
        "the same speaker in full behind the last paragraph",
        "The minister, Mira Olsen, was brief: “We shall wait here.\n\n“We shall not leave,” said Mira Olsen.",
        ["“We shall wait here.\n\n“We shall not leave,”"],
    ),
    (
        "each paragraph closed: one quotation each",
        "“We shall wait.”\n\n“Then we shall leave.”",
        ["“We shall wait.”", "“Then we shall leave.”"],
    ),
]


@pytest.mark.parametrize(
    ("text", "expected"), [case[1:] for case in SEVERAL_PARAGRAPHS], ids=[c[0] for c in SEVERAL_PARAGRAPHS]
)
def test_a_quotation_runs_over_paragraphs_that_each_open_it(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


def test_a_quotation_runs_over_no_more_than_forty_paragraphs() -> None:
    short, long = ("“We wait here now.\n" * n + "“And go.”" for n in (30, 60))
    assert quoted(short) == [short]
    assert "“And go.”" in quoted(long)[-1]
    assert len(quoted(long)) > 1


def test_an_interrupted_quotation_is_two() -> None:
    text = "“We shall wait,” Olsen said, “and then we shall leave. It is dark.”"
    assert quoted(text) == ["“We shall wait,”", "“and then we shall leave. It is dark.”"]


@pytest.mark.parametrize("unit", ["“", '"', "'", "“a” ", "‘“’”"])
def test_a_long_paragraph_of_marks_holds_no_quotation_and_spoils_no_other(unit: str) -> None:
    quotation = "“We shall wait,” said Olsen."
    assert quoted(f"{quotation}\n{unit * 3000}\n{quotation}") == ["“We shall wait,”"] * 2
