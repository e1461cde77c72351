"""An article in the terminal: with brackets where nothing can be styled, else with colours."""

import unicodedata

import pytest

from pipeline.highlight import Screen, drawn, legend

PLAIN = """\
[1 “Switch them off,”] council told
Lindey Times, 2032-05-01, news.jsonl#7
--------------------------------------------------------------------------------
caption: A camera on Marl Street. [2A ‘It only looks at the weather,’] _says_ <A
its maker>. (Picture: Lotte Maguire)

<B Oru Baptista>, the harbour commissioner of Lindey, _said_ {the cameras were
[3B “not fit for use”] in a port}.

[4B “We asked for the plans,”] <B she> _said_. [5B “Nobody answered.”]

The maker, <A Ostrel>, _denied_ [6A that it had ever refused]. It is no [7t
“secret box”], whatever she may think.

    speaker                      cue     kind              confidence  utterance
1   -                            -       direct, headline           -  -
2A  Ostrel, organisation         says    direct, caption         0.60  -
3B  Oru Baptista, person,        said    mixed                   0.97  -
    harbour commissioner,
    Lindey
4B  Oru Baptista                 said    direct                  0.97  4
5B  Oru Baptista                 -       direct                  0.97  4
6A  Ostrel                       denied  indirect                0.60  -
7t  -                            -       term                       -  -
"""

# Of the paragraph with a clause around the quotation, and of the last one; \x1b[7m is reverse, 2 dim, 4 underlined.
STYLED = (
    "\x1b[7;35mB\x1b[0m \x1b[1;35mOru Baptista\x1b[0m, the harbour commissioner of Lindey, \x1b[4msaid\x1b[0m "
    "\x1b[2;35mthe cameras were \x1b[0m\x1b[1;7;35m3B\x1b[0m \x1b[35m“not fit for use”\x1b[0m\x1b[2;35m in a \x1b[0m",
    "The maker, \x1b[7;36mA\x1b[0m \x1b[1;36mOstrel\x1b[0m, \x1b[4mdenied\x1b[0m \x1b[1;7;36m6A\x1b[0m "
    "\x1b[3;36mthat it had ever refused\x1b[0m. It is no \x1b[1;7m7t\x1b[0m \x1b[3m“secret box”\x1b[0m,",
)

LEGEND = """\
[1A …] quotation 1, said by A; [2t …] term, name or title; {…} attributed with
it; <A …> the speaker as written; _…_ cue; utterance pieces with the same number
belong together
"""


def test_without_styles_brackets_mark_all_there_is(example):
    assert drawn(example, Screen(80)) == PLAIN
    assert legend([example], Screen(80)) == LEGEND


def test_with_styles_the_words_are_coloured_by_speaker(example):
    shown = drawn(example, Screen(100, styled=True))
    for line in STYLED:
        assert line in shown.replace("\n", " ")
    assert "[3B" not in shown


def test_styles_and_brackets_do_not_depend_on_the_environment(example, monkeypatch):
    expected = [drawn(example, Screen(80, styled)) for styled in (False, True)]
    for name, value in (("NO_COLOR", "1"), ("FORCE_COLOR", "1"), ("TERM", "dumb"), ("COLUMNS", "40")):
        monkeypatch.setenv(name, value)
        assert [drawn(example, Screen(80, styled)) for styled in (False, True)] == expected


def columns(line):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


@pytest.mark.parametrize("width", [30, 47, 80, 100, 400])
def test_lines_fit_the_width_and_stay_readable_on_a_wide_one(example, altered, width):
    for view in (example, altered(title="漢字" * 60)):
        lines = drawn(view, Screen(width)).split("\n")
        assert max(map(columns, lines)) <= min(width, 100)
        assert [line for line in lines if line != line.rstrip()] == []


def test_an_article_without_quotations_says_so(altered):
    from pipeline.highlight import view

    empty = view(altered().article, [])
    assert drawn(empty, Screen(80)).endswith("\nno quotations in it\n")
    assert legend([empty], Screen(80)) == ""


def test_columns_that_tell_nothing_are_left_out(altered):
    shown = drawn(
        altered({"speaker_confidence": None, "utterance_id": "a1:x", "cue": None, "region": "body"}), Screen(80)
    )
    assert "confidence" not in shown
    assert [line.split() for line in shown.splitlines() if line.lstrip().startswith("speaker")] == [
        ["speaker", "kind", "utterance"]
    ]


@pytest.mark.parametrize("styled", [False, True])
def test_square_brackets_and_emoji_codes_of_the_text_are_no_markup(altered, styled):
    shown = drawn(altered(outlet="[red]Post[/red] :smile:"), Screen(100, styled))
    assert "[red]Post[/red] :smile:" in shown


@pytest.mark.parametrize("styled", [False, True])
def test_no_escape_sequence_of_the_source_reaches_the_terminal(altered, styled):
    steer = "\x1b[2J\x9b31m\rgone"
    shown = drawn(
        altered({"speaker": steer, "cue": steer, "speaker_role": steer}, outlet=steer, title=steer), Screen(100, styled)
    )
    for sequence in ("\x1b[2J", "\x9b", "\r"):
        assert sequence not in shown
    assert shown.count("[2J") >= 4
