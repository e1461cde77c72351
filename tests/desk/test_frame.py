"""What a statement looks like: on a terminal, without colours, narrow, and aloud."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from town import COUNCIL, TARGET, article, rows_of, stock

import pipeline
from pipeline.desk import spoken
from pipeline.desk.frame import frame, help_page
from pipeline.desk.scene import CORRECT, ENDS, HELP, MAIN, _time, scene
from pipeline.highlight import Screen
from pipeline.labels.events import Back, Label, NoStatement, Note, Skip, Unclear
from pipeline.labels.items import take_stock
from pipeline.labels.session import begin
from pipeline.labels.steps import step
from pipeline.stages.correction import RULES

ROOT = Path(pipeline.__file__).parent.parent
PRO, ANTI = Label("pro-restriction"), Label("anti-restriction")


def session(*events, wanted=None, seconds=90.0):
    made = begin(wanted or stock()[0], "ann")
    for event in events:
        made = step(made, event, time="2032-03-01T08:30:00Z", seconds=seconds).session
    return made


def drawn(shown, width=80, height=24, *, styled=False, first=None):
    return frame(shown, Screen(width, styled), height, first).lines


PLAIN = """\
1 of 5 done, 1 skipped
anti 0  neutral 0  pro 1
------------------------------------------------------------
target   Quillon routers
speaker  Jonas Veld
in       council.txt
title    Council delays the Quillon vote

“The ban on Quillon routers is overdue,” said Mira Olsen,
the mayor of Halden. Jonas Veld called it “a détour without
a map” and left.

[“We think this order is reckless and we will fight it,”]
Veld told reporters. The shop calls its window the “Box”
these days.



------------------------------------------------------------
note: look at this again
unclear: the label will be marked ambiguous
p pro   a anti   n neutral   u unclear   s skip   b back
m more   t note   c correct   ? help   q quit
something has happened"""


def test_a_narrow_terminal_without_colours():
    shown = scene(session(PRO, Skip(), Note("look at this again"), Unclear()), told="something has happened")
    assert "\n".join(drawn(shown, 60)) == PLAIN


def test_colours_mark_the_quotation_and_take_the_place_of_brackets():
    lines = drawn(scene(session()), styled=True)
    text = "\n".join(lines)
    assert "\x1b[1;36m“The ban on Quillon routers is overdue,”\x1b[0m" in text
    assert "[“" not in text
    assert "─" * 80 in text


@pytest.mark.parametrize("styled", [True, False])
@pytest.mark.parametrize("width", [20, 40, 60, 80, 100])
@pytest.mark.parametrize("height", [10, 24, 40, 90])
def test_a_frame_fills_its_terminal_and_no_more(width, height, styled):
    many = session(PRO, Skip(), Skip(), Note("a long note " * 30), Unclear())
    for shown in (scene(many), scene(session(*[PRO] * 5)), scene(many, keys=ENDS, told="told " * 40)):
        lines = drawn(shown, width, height, styled=styled)
        assert len(lines) == min(height, 40)
        assert all(cell_len(plain(line)) <= width for line in lines)


def plain(line):
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


def test_head_and_foot_stay_where_they_are():
    before = drawn(scene(session()))
    after = drawn(scene(session(PRO, Unclear())))
    assert before[2] == after[2]
    assert before[-3:] == after[-3:]
    assert after[-4] == "unclear: the label will be marked ambiguous"


def long_article():
    quote = "“" + " ".join(f"We have asked {n} times and the ban is overdue." for n in range(60)) + "”"
    page = article(
        "It rained. " * 30 + f"\n\nMira Olsen spoke for an hour. {quote} said Olsen.\n\n" + "It rained. " * 30
    )
    return take_stock([row | {"target": TARGET} for row in rows_of(page)], [page], RULES)[0]


def test_a_long_quotation_begins_on_the_screen_and_can_be_moved_through():
    shown = scene(session(wanted=long_article()), level=1)
    found = frame(shown, Screen(60), 24, None)
    assert any("[“We have asked 0 times" in line for line in found.lines)
    assert found.first > 0
    (above,) = [line for line in found.lines if "more lines above" in line]
    (below,) = [line for line in found.lines if "more lines below" in line]
    hidden = int(above[1:].split()[0]) + int(below[1:].split()[0])
    seen = found.lines.index(below) - found.lines.index(above) - 1
    assert hidden == found.last + 2, "but for the two lines that say so"
    assert seen == found.page
    bottom = frame(shown, Screen(60), 24, 10**6)
    assert (bottom.first, bottom.first) == (found.last, bottom.last)
    assert not any("below" in line for line in bottom.lines)
    top = frame(shown, Screen(60), 24, -5)
    assert top.first == 0
    assert not any("above" in line for line in top.lines)


@settings(max_examples=20, deadline=None)
@given(st.integers(20, 100), st.integers(5, 40))
def test_every_word_of_a_text_can_be_reached(width, height):
    shown = scene(session(wanted=long_article()))
    last = frame(shown, Screen(width), height, 0).last
    lines = [line for first in range(last + 1) for line in frame(shown, Screen(width), height, first).lines]
    words = set(" ".join(lines).split())
    assert set("".join(shown.text).replace("“We", "[“We").replace("overdue.”", "overdue.”]").split()) <= words


def test_right_to_left_wide_and_odd_text_keeps_to_its_columns():
    text = (
        "The council met 🎉👩‍🔬. “אנחנו לא נחתום על האיסור הזה, והוא טעות גדולה,” said Mira Olsen. "
        "東京の “私たちはこの禁止に反対です。とても長い引用文なので折り返しが必要です。” said Ada Brandt."
    )
    page = article(text)
    wanted = take_stock([row | {"target": TARGET} for row in rows_of(page)], [page], RULES)[0]
    for width in (20, 40, 60):
        for line in drawn(scene(session(wanted=wanted)), width):
            assert cell_len(line) <= width
    assert "[“אנחנו" in " ".join(drawn(scene(session(wanted=wanted))))


def test_what_could_steer_a_terminal_is_not_let_through():
    made = session(Note("\x1b[31mred\x07"))
    item = made.items[0]
    row = item.row | {"speaker": "Mira \x1b]0;x\x07Olsen", "title": "a\x1b[2Jb\nc", "outlet": "\x9b"}
    made = replace(made, items=(replace(item, row=row), *made.items[1:]))
    for lines in (drawn(scene(made)), list(spoken.statement(scene(made))), list(scene(made).status)):
        assert not any(c in line for line in lines for c in "\x1b\x07\x9b")


def test_square_brackets_are_no_markup():
    page = article("“We say [bold]no[/bold] [link=x] to it all,” said Mira Olsen.")
    wanted = take_stock([row | {"target": "[red]Q[/]"} for row in rows_of(page)], [page], RULES)[0]
    lines = drawn(scene(session(wanted=wanted)))
    assert "[“We say [bold]no[/bold] [link=x] to it all,”] said Mira Olsen." in lines
    assert "target   [red]Q[/]" in lines


def test_status_tells_an_earlier_answer_and_a_guess_only_where_it_is_there():
    assert scene(session(Unclear(), PRO, Back())).status == (
        "your earlier answer: pro-restriction, ambiguous; s leaves it", "unclear: the label will be marked ambiguous",
    )  # fmt: skip
    assert scene(session(NoStatement(), Back())).status == ("your earlier answer: no statement; s leaves it",)
    articles, rows = (
        [article()],
        [r | {"target": TARGET, "stance": "neutral", "confidence": 0.5, "model": "m"} for r in rows_of(article())],
    )
    for guesses, status in ((False, ()), (True, ("the model's guess: neutral, 0.50",))):
        wanted = take_stock(rows, articles, RULES, guesses=guesses)[0]
        assert scene(session(wanted=wanted)).status == status


def test_when_all_is_done_only_the_keys_that_still_work_are_shown():
    lines = drawn(scene(session(*[PRO] * 5)))
    assert "Every statement has an answer. b shows the last one again, q ends." in lines
    assert lines[-2] == "b back   ? help   q quit"
    assert lines[0].startswith("5 of 5 done  ")
    assert lines[0].endswith("  40 an hour")


def test_pace_and_time_left_are_told_where_there_is_room():
    made = session(PRO, PRO, ANTI)
    assert drawn(scene(made))[0] == "3 of 5 done" + "40 an hour, 3 min left".rjust(69)
    assert drawn(scene(made), 30)[:3] == ["3 of 5 done", "40 an hour, 3 min left", "anti 1  neutral 0  pro 2"]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "under a minute"), (29, "under a minute"), (31, "1 min"), (3600, "1 h 0 min"), (12_000, "3 h 20 min")],
)
def test_lengths_of_time(seconds, told):
    assert _time(seconds) == told


def test_help_names_every_key_and_fits():
    lines = help_page(Screen(60))
    assert all(len(line) <= 60 for line in lines)
    assert len(lines) <= 24
    named = " ".join(keys for keys, _ in HELP).replace(",", "").split()
    for key, _ in [entry for rows in (MAIN, CORRECT) for row in rows for entry in row]:
        assert key in named or key in "?l"


SPOKEN = """\
1 of 5 done, anti 1, neutral 0, pro 0.
target: Quillon routers
speaker: Jonas Veld
in: council.txt
title: Council delays the Quillon vote
before: “The ban on Quillon routers is overdue,” said Mira Olsen, the mayor of Halden. Jonas Veld called it
quotation: “a détour without a map”
after: and left. “We think this order is reckless and we will fight it,” Veld told reporters. The shop calls its \
window the “Box” these days."""


def test_aloud_the_quotation_has_a_line_of_its_own():
    assert "\n".join(spoken.statement(scene(session(ANTI)))) == SPOKEN


def test_more_of_the_article_is_shown_on_either_side():
    level = [scene(session(), level=level).text for level in (0, 1, 2)]
    assert [part[1] for part in level] == ["“The ban on Quillon routers is overdue,”"] * 3
    assert level[0][0] == ""
    assert level[1][0] == "Council delays the Quillon vote\n\n"
    assert "".join(level[2]) == article(COUNCIL).text


def test_the_page_about_annotating_shows_a_frame_and_names_the_keys():
    page = (ROOT / "docs/annotating.md").read_text(encoding="utf-8")
    screen = page.split("```")[3].strip("\n").split("\n")
    assert screen[-2:] == drawn(scene(session()))[-3:-1]
    assert screen[2] == screen[-3] == "-" * 80
    assert {len(line) for line in screen if "left" in line} == {80}
    for key in (key for row in MAIN for key, _ in row):
        assert f"`{key}`" in page
