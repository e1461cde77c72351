"""Headlines of related stories that lost their box and stand in the middle of running text.

Two forms leave clear signs. A link widget repeats the person's name in full, fused with the first headline, and ends in
"MORE". A lone headline in a run-on scrape begins like a sentence, speaks in the present tense, and stops without a mark
where the next sentence starts. Neither is cut inside a quotation, nor where it would unbalance quotation marks.
"""

from __future__ import annotations

import re

from pipeline.articles.lines import Line, Page

_RUN_ON = 800  # shorter paragraphs come from pages whose lines survived
_LONGEST_RUN_ON = 200_000  # nothing a person wrote
_LONGEST_WIDGET = 1200
_WORDS = range(4, 22)
_SPEECH = 50  # characters: scare quotes and titles are shorter
_SUBJECT_TIMES = 2

_WIDGET = re.compile(r"\b([A-Z][\w’'-]{2,}) ((?:[A-Z(“\"][\w.’'()”\"-]* ){1,5})\1(?=[A-Z0-9‘“'\"(])")
_WIDGET_END = re.compile(r" MORE\b")
_SENTENCE_START = re.compile(r"[.!?…][”\"’')]* (?=[A-ZÀ-Þ‘'])")
_RUN = re.compile(r"[^.!?;:“”\"()…\n]{20,170}")
_PRESENT = re.compile(
    r"\b(?:says?|warns?|urges?|calls|seeks?|faces?|denies|rejects?|bans?|wants|plans|vows?|threatens?|accuses|tells|asks"
    r"|admits|claims|insists|backs|blocks|slams?|defends?|considers|agrees|offers|fears|launches|unveils|signals|pledges"
    r"|demands|condemns|criticises|criticizes|halts|suspends|wins|loses|rules|orders|approves|promises|raises|welcomes"
    r"|expands|puts|plays|voices|prepares|refuses|hails|mulls|joins|opens|closes|cuts|drops|sues|probes|targets|tightens"
    r"|eases|lifts|imposes|extends|announces|proposes|votes|begins|moves|pushes|makes|takes|gets|returns|finds|shows)\b"
)
_NARRATED = re.compile(r"\b(?:said|was|were|had|told|added|did|who|which|that)\b")
_LOOSE_END = re.compile(
    r"(?:,|\b(?:and|or|but|of|in|on|at|to|for|with|by|from|as|the|a|an|that|which|who|when|if|while|after|before"
    r"|because|than|is|are|was|were|be|not|said|called|read|reads|titled|named|entitled|its|his|her|their)) ?$",
    re.IGNORECASE,
)
_OPENERS = (
    "The|But|In|On|At|He|She|They|It|As|After|However|Meanwhile|This|That|These|Those|Last|For|A|An"
    "|When|While|If|Although|Its|His|Her|Their|There|Some|Many|Earlier"
)
_OPENER = re.compile(rf" (?=(?:{_OPENERS}) [a-z])")
_STARTS_AS_SENTENCE = re.compile(
    rf"(?:{_OPENERS}|We|I|You|Mr|Ms|Mrs|Dr|Asked|Speaking|One|Both|Even|Still|So|And|Or|Yet|No|Not|What"
    rf"|Why|How|Who|Where)\b"
)
_TAIL = re.compile(
    r", (?:(?:[\w’'.-]+ ){1,6}(?:says?|warns?|claims?|insists?|admits|finds|shows|suggests)"
    r"|(?:says?|warns?|claims?|insists?|admits) (?:[A-ZÀ-Þ][\w’'.-]+ ?){1,4}) ?$"
)
_SPOKE = (
    r"(?:(?:also|then|later|again|further|now) )?(?:said|told|was|had|has|made|did|gave|took|went"
    r"|called|came|[a-z]{2,}ed)\b"
)
_SUBJECT = re.compile(rf"(?:^|[.!?”\"] |, )([A-ZÀ-Þ][\w’'-]+) {_SPOKE}")

_Subjects = dict[str, re.Pattern[str]]


def _outside_quotations(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans that neither begin nor end inside a quotation."""
    outside: list[tuple[int, int]] = []
    depth = straight = done = 0
    for start, end in spans:
        depth += text.count("“", done, start) - text.count("”", done, start)
        straight += text.count('"', done, start)
        part = text[start:end]
        opened, marks = part.count("“") - part.count("”"), part.count('"')
        if depth == opened == 0 and straight % 2 == marks % 2 == 0:
            outside.append((start, end))
        depth, straight, done = depth + opened, straight + marks, end
    return outside


def _widgets(text: str) -> list[tuple[int, int]]:
    """Return the spans of link widgets: from the repeated name to "MORE"."""
    spans: list[tuple[int, int]] = []
    for match in _WIDGET.finditer(text):
        end = _WIDGET_END.search(text, match.end(), match.end() + _LONGEST_WIDGET)
        if end and (not spans or match.start() >= spans[-1][1]):
            spans.append((match.start(2) - 1, end.end()))
    return spans


def _headline_like(head: str) -> bool:
    """Whether a run of words reads as a headline: present tense, nothing narrated, no loose end."""
    if len(head.split()) not in _WORDS or _STARTS_AS_SENTENCE.match(head):
        return False
    return bool(_PRESENT.search(head)) and not _NARRATED.search(head) and not _LOOSE_END.search(head)


def _subjects(text: str) -> _Subjects:
    """Return the names that sentences of this text begin with again and again, each with its form amid a run."""
    names = _SUBJECT.findall(text)
    return {
        name: re.compile(rf" (?={re.escape(name)} {_SPOKE})")
        for name in set(names)
        if names.count(name) >= _SUBJECT_TIMES
    }


def _opens_speech(text: str, start: int) -> bool:
    """Whether a quotation is a whole sentence or more, not a name or a few words."""
    end = text.find("”" if text[start] == "“" else '"', start + 1)
    return end - start > _SPEECH and text[end - 1] in ".,?!"


def _headline_end(text: str, start: int, subjects: _Subjects) -> int | None:
    """Return where a headline that begins at ``start`` stops; None where a plain sentence begins there."""
    match = _RUN.match(text, start)
    if match is None or _STARTS_AS_SENTENCE.match(match[0]):
        return None
    run, stop = match[0], match.end()
    if text[stop : stop + 1] in '“"' and text[stop + 1 : stop + 2].isupper() and _opens_speech(text, stop):
        head = run.rstrip()
        return start + len(head) if _TAIL.search(run) or _headline_like(head) else None
    for opener in _OPENER.finditer(run):
        if _headline_like(run[: opener.start()]):
            return start + opener.start()
    for name, pattern in subjects.items():
        for found in pattern.finditer(run):
            head = run[: found.start()]
            last = head.rsplit(" ", 1)[-1]
            # "the threat Silva described" is plain English; "… with Lisbon Silva also accused" is not.
            if last[:1].isupper() and text.count(f"{last} {name}") == 1 and _headline_like(head):
                return start + found.start()
    return None


def _lone_headlines(text: str) -> list[tuple[int, int]]:
    """Return the spans of lone headlines in a run-on paragraph."""
    spans: list[tuple[int, int]] = []
    starts = [match.end() for match in _SENTENCE_START.finditer(text)]
    starts = [start for start in starts if (run := _RUN.match(text, start)) and _PRESENT.search(run[0])]
    subjects = _subjects(text) if starts else {}
    for start in starts:
        end = _headline_end(text, start, subjects)
        if end is not None:
            spans.append((start, end))
    return spans


def cut_glued_headlines(page: Page, lines: list[Line]) -> None:
    """Cut glued headlines out of the body paragraphs of one article."""
    for line in lines:
        if line.region != "body" or len(line.text) > _LONGEST_RUN_ON:
            continue
        if " MORE" in line.text:
            _cut_all(page, line, _widgets(line.text), "link-widgets")
        if len(line.text) >= _RUN_ON:
            _cut_all(page, line, _lone_headlines(line.text), "glued-headlines")


def _cut_all(page: Page, line: Line, spans: list[tuple[int, int]], step: str) -> None:
    """Cut the spans that stand outside quotations."""
    outside = _outside_quotations(line.text, spans)
    if outside:
        page.cut_all(line, outside, step)
