"""Who wrote it, where and with whom: bylines, datelines, and the notes of reporters and editors."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.articles.lines import Line, Page

_LONGEST_BYLINE = 160
_LONGEST_ROLE = 60
_LONGEST_NOTE = 700
_LONGEST_DATELINE = 110
_DATELINE_LINES = 4  # a dateline opens one of an article's first paragraphs

_NAME = r"(?:[A-ZÀ-Þ][\w’'.-]*|[dD]e|[vV]an|[dD]er|[vV]on|[dD]en|la|le|al|el|bin|ibn|da|do|dos|du|di|y|ter|ten)"
_CONNECTOR = (
    r"(?:and|in|at|for|with|of|the|our|special|to|staff|correspondents?|reporters?|editors?|writers?"
    r"|senior|political|chief)"
)
_BYLINE = re.compile(
    r"(?:[Bb]y|BY|Written by|Words by|Story by|Analysis by):? "
    rf"(?>(?:{_NAME}|{_CONNECTOR}|@\w+|\d+)(?!\w)[ ,;|/–—&-]*+)++"
)
_BY = re.compile(r"^(?:by|written by|words by|story by|analysis by):? ", re.IGNORECASE)
_DESK = re.compile(
    r"(?:[Bb]y|BY):? (?:the |an? |our )?[\w’'& ]{2,40}\b(?:desk|staff|team|newsroom|writer|reporter"
    r"|correspondent|editor|bureau)s?(?: in [A-Z]\w+)?"
)
_ROLE = re.compile(
    r"(?:[\w’'&-]+ ){0,3}(?:reporter|correspondent|editor|writer|columnist|producer)(?:, [\w ]{2,30})?", re.IGNORECASE
)
_ONLY_NAMES = re.compile(rf"(?:{_NAME}(?: |$|(?=,))){{2,5}}+(?:(?:and|&|,) (?:{_NAME}(?: |$)){{2,5}}+)?")
_NOT_BYLINE = re.compile(
    r"\b(?:said|says|is|are|was|were|has|have|had|will|would|could|can|it|he|she|they|we|you|this|that)\b"
)
_AGENCY = (
    r"(?:AP|AFP|Reuters|REUTERS|UPI|dpa|DPA|EFE|PA|PTI|ANI|IANS|CNN|CNN Business|CNNMoney|CNBC|BBC"
    r"|Bloomberg|Xinhua|Kyodo|Yonhap|TASS|Interfax|ANSA|AAP|CP|Axios|Politico|NBC News|ABC News"
    r"|CBS News"
    r"|Associated Press|The Associated Press|Agence France-Presse|Press Association|PA Media"
    r"|Thomson Reuters Foundation|Canadian Press|The Canadian Press|USA TODAY|[Ss]taff(?: and agencies"
    r"| writers?| reporters?)?|[Aa]gencies)"
)  # fmt: skip
_AGENCIES = re.compile(rf"{_AGENCY}(?:(?:, | and |/| \| | & ){_AGENCY})*")

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DATE = rf"(?:{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})(?:,? \d{{4}})?"
_DASH = r"(?:--+|[-–—―])"
_CAPITALS = r"[A-ZÀ-Þ][A-ZÀ-Þ.’'-]+(?:[ /-](?:[A-ZÀ-Þ][A-ZÀ-Þ.’'-]*|de|la|DE|of|OF|and|AND|sur)){0,3}"
_MIXED = r"[A-ZÀ-Þ][\w.’'-]+(?:[ /-](?:[A-ZÀ-Þ][\w.’'-]*|de|la|of|and|sur)){0,3}"
_REGION = r"(?:, (?:[A-ZÀ-Þ][\w.’'-]*)(?: [A-ZÀ-Þ][\w.’'-]*){0,2})?"
_SOURCE = rf"\((?:{_AGENCY}|[A-Z][\w .’&/-]{{1,40}})\)"
_OPENING = r"(?=[A-ZÀ-Þ0-9“\"‘'$€£¥(\[…@#])"
_DATELINES = [
    re.compile(pattern)
    for pattern in (
        # LISBON, Portugal, May 3 (Agency) – … ; Lisbon (Agency) - … ; May 3 (Agency) -- … ; (Agency) - …
        rf"(?:(?:{_CAPITALS}|{_MIXED}){_REGION}(?:, {_DATE})?|{_DATE}|\s?) ?{_SOURCE} ?{_DASH} ?{_OPENING}",
        # Lisbon (CNN) The president …: known agencies need no dash.
        rf"{_MIXED}{_REGION}(?:, {_DATE})? ?\({_AGENCY}\)[ .:]? ?{_OPENING}",
        # Lisbon/Rome CNN — …
        rf"{_MIXED}{_REGION} {_AGENCY} ?[–—] ?{_OPENING}",
        # LISBON, May 3 - … ; LISBON — … ; Lisbon, 3 May – …
        (
            rf"{_CAPITALS}{_REGION}(?:, {_DATE})? (?:{_DASH}) ?{_OPENING}"
            rf"|{_CAPITALS}{_REGION}(?:, {_DATE})?[–—] ?{_OPENING}"
        ),
        rf"{_MIXED}{_REGION},? {_DATE} ?{_DASH} ?{_OPENING}",
        # [Lisbon, May 3 2031] …
        rf"\[{_MIXED}{_REGION}, {_DATE}\] ?(?:{_DASH} ?)?{_OPENING}",
    )
]  # fmt: skip
_PLACELESS = re.compile(
    r"(?:UPDATE|BREAKING|EXCLUSIVE|WATCH|LIVE|NOTE|FACT|MYTH|VIDEO|PHOTOS?|OPINION|ANALYSIS|CORRECTION"
    r"|EDITOR|MORE|READ|WINNERS?|LOSERS?|PROS?|CONS?|THE|A|AN|Q|I|WHY|HOW|WHAT|WHO|YES|NO|AND|BUT|OR"
    r"|IF|OK|CEO|FBI|AI|ALSO|FILE)\b"
)
_DATELINE_TAIL = re.compile(rf"(?:(?<=\))[.:])? *{_DASH}? *$")

_PARENTHETICAL = re.compile(
    r"\((?:(?:additional |with |and )*(?:reporting|writing|editing|edited|compiled|written|production"
    r"|reported|translat(?:ed|ion)|graphics?)(?: and (?:writing|editing"
    r"|reporting))*(?: assistance)? (?:by|from)\b|additional reporting\b"
    r"|reporting by\b)[^()]*(?:\([^()]*\)[^()]*)*\)\.?",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:[-–—*†] ?)?(?:"
    r"(?:additional |with )*(?:reporting|writing|editing|research)(?: (?:and|&) (?:writing|editing"
    r"|reporting))* by (?=[A-Z])|[Ww]ith (?:reporting|assistance|files|contributions?"
    r"|additional reporting) (?:by|from) |contribut(?:ing|ors?|ed)(?: (?:to this (?:story|report)"
    r"|reporting|by))? ?:"
    r"|(?:editor[’']?s?[’']?|author[’']?s?[’']?|publisher[’']?s?|reporter[’']?s?)[’']? note\b"
    r"|note (?:to (?:readers|editors)|from the editor)|correction(?:s|, .{3,30})? ?:|clarification(?:s"
    r"|, .{3,30})? ?:|disclosure ?:"
    r"|an earlier version of this (?:story|article|report|piece|post)|this (?:story|article|report"
    r"|piece|post|page|column|copy|interview)(?:, .{3,60},)? (?:has been|was|is|have been|originally"
    r"|first|appeared|contains) (?:\w+ )?(?:updated|amended|corrected|edited|changed|originally|first"
    r"|published|produced|republished|reprinted|adapted|appear|part of|excerpted|clarified|condensed"
    r"|generated|translated|reported)"
    r"|this (?:story|article|post|piece) (?:originally|first) (?:appeared|ran)|originally (?:published"
    r"|appeared)|this is a (?:developing|breaking|rush)\b|this is breaking news|write to .{2,160}@"
    r"|(?:e-?mail|contact|reach) .{2,80}(?:@| at )\S+$|you can (?:contact|reach|follow|email) "
    r"|our standards:|the .{2,40} and its licensors|read more about the .{2,40} (?:standards"
    r"|principles)|for more news:|copyright \d{4}|have a (?:tip|story|comment)\b.{0,120}|got a (?:tip"
    r"|confidential)\b.{0,120}|send (?:tips|news|your) .{0,120}@"
    r")",
    re.IGNORECASE,
)  # fmt: skip
_COPY = r"(?:report|reporting|story|article|piece|post|analysis|investigation|research|coverage|column)"
_CONTRIBUTED = re.compile(
    rf"\bcontribut(?:ed|ing|es)(?: \w+){{0,4}}(?: to (?:this|the)(?: \w+)? {_COPY}| {_COPY}\b).{{0,80}}$"
    r"|\bcontributed(?: from [A-Z][\w ,.]{2,60})?\.?$"
    r"|\b(?:reported|contributed) from [A-Z][\w ,.]{2,60}\.? ?.{0,60}\bcontributed\b"
)
_QUOTED_SPEECH = re.compile(r"[“\"][^”\"]{60,}")


def byline_of(text: str) -> str | None:
    """Return the names in a byline; None for another line."""
    if len(text) > _LONGEST_BYLINE or text[-1] in '!?”":':
        return None
    if _AGENCIES.fullmatch(text):
        return text
    match = _BYLINE.fullmatch(text)
    if (match is None and not _DESK.fullmatch(text)) or _NOT_BYLINE.search(text):
        return None
    return _BY.sub("", text)


def dateline_end(text: str) -> int:
    """Return where the text proper starts after a dateline; 0 for a paragraph without one."""
    head = text[:_LONGEST_DATELINE]
    if "-" not in head and "–" not in head and "—" not in head and "(" not in head and head[0] != "[":
        return 0
    if _PLACELESS.match(head):
        return 0
    return next((match.end() for pattern in _DATELINES if (match := pattern.match(text, 0, _LONGEST_DATELINE))), 0)


def strip_notes(page: Page) -> None:
    """Drop notes of reporters and editors: lines of their own, and brackets that close a paragraph."""
    for line in page.lines:
        text = line.text
        if line.region is None or line.region == "caption":
            continue
        if len(text) <= _LONGEST_NOTE and _is_note(text):
            page.drop(line, "reporter-notes" if _PARENTHETICAL.fullmatch(text) else "editor-notes")
        elif text[-1] in ")." and "y" in text[-_LONGEST_NOTE:]:
            _strip_bracket(page, line)


def _is_note(text: str) -> bool:
    """Whether a line is a note; one that holds speech is kept."""
    if not (
        _PARENTHETICAL.fullmatch(text)
        or _NOTE.match(text)
        or ("contribut" in text and len(text) < 400 and _CONTRIBUTED.search(text))
    ):
        return False
    return not _QUOTED_SPEECH.search(text)


def _strip_bracket(page: Page, line: Line) -> None:
    """Cut a note in brackets from the end of a paragraph."""
    start = line.text.rfind("(")
    if start > 0 and (match := _PARENTHETICAL.fullmatch(line.text, start)):
        page.cut(line, match.start(), match.end(), "reporter-notes")


def take_bylines(page: Page, lines: list[Line]) -> str | None:
    """Drop the bylines among these lines of one article; return the first."""
    found: str | None = None
    body = [line for line in lines if line.region == "body"]
    for line, role in pairwise(body):
        if len(role.text) <= _LONGEST_ROLE and _ROLE.fullmatch(role.text) and _ONLY_NAMES.fullmatch(line.text):
            found = found or _BY.sub("", line.text)
            page.drop(line, "bylines")
            page.drop(role, "bylines")
    for line in body:
        if line.region == "body" and (names := byline_of(line.text)) is not None:
            page.drop(line, "bylines")
            found = found or names
    return found


def take_dateline(page: Page, lines: list[Line]) -> str | None:
    """Cut the dateline from the first paragraphs of one article; return it without its dash."""
    body = [line for line in lines if line.region == "body"][:_DATELINE_LINES]
    for line in body:
        end = dateline_end(line.text)
        if end:
            dateline = _DATELINE_TAIL.sub("", line.text[:end])
            if page.cut(line, 0, end, "datelines"):
                return dateline
    return None
