"""Photo captions, kept as paragraphs of their own, and the credits of photographers and agencies."""

from __future__ import annotations

import re

from pipeline.articles.lines import Line, Page

_SHORTEST = 15
_LONGEST = 700
_LONGEST_AGENCY = 30
_LONGEST_CREDIT = 120
_CREDIT_TAIL = 110
_SHORTEST_CREDITED = 40
_LONGEST_CREDITED = 320  # a caption whose credit stands on the next line

_AGENCY = (
    r"(?:AP|AFP|Afp|EPA|EPA-EFE|EFE|UPI|DPA|dpa|PA|ANSA|TASS|AAP|SIPA|Sipa|REUTERS|Reuters|Bloomberg"
    r"|Getty(?: Images)?(?: \w+)?|Shutterstock"
    r"|i?Stock(?:photo)?|Istock|Alamy|Xinhua|Yonhap|Kyodo|Rex|REX|ZUMA|Zuma(?: Press)?|Nur[Pp]hoto"
    r"|Anadolu(?: Agency)?|Associated Press|Agence France-Presse"
    r"|Adobe Stock|Unsplash|Flickr|Wikimedia(?: Commons)?|Creative Commons|Redux|Magnum|Polaris"
    r"|Sputnik|Handout|HANDOUT|File [Pp]hoto|Staff [Pp]hoto|Pool|POOL|CNBC|USA TODAY"
    r"|Press Association)"
)  # fmt: skip
_NAMES = (
    r"(?:(?:[A-ZÀ-Þ][\w’'.&-]*|de|van|der|von|den|la|le|al|bin|of|for|by|via|and|the|in|on|E\+"
    r"|\(opens in a new window\)|[/|,:•©@;–-])[ /|,]*+)++"
)
_CREDIT_LABEL = (
    r"(?:photo|image|picture|illustration|graphic|video|photograph|art|drawing|cartoon|credit"
    r"|screenshot|photographer|animation|visual)s?"
)
# "Photo: A. Name/Agency", "Illustration by A. Name", "Image source, Agency": nothing but names after the label.
_LABELLED = re.compile(
    rf"\(?(?i:{_CREDIT_LABEL}(?: (?:by|credits?|source|copyright|courtesy(?: of)?|via|from))*)(?: ?[:"
    rf"|,] ?| )(?:{_NAMES})\)?[.]?|(?i:image|photo|picture) (?i:credits?) ?: ?.{{1,50}}"
)
_ALL_NAMES = re.compile(rf"\(?{_NAMES}\)?")
_AGENCY_WORD = re.compile(rf"(?<!\w){_AGENCY}(?!\w)")
# Share buttons that lost their line break to the caption under them.
_NETWORKS = re.compile(r"(?:(?:Facebook|Twitter|Pinterest|WhatsApp|LinkedIn|Email|Share) ){2,}(?=\S)")
_SENTENCE_END = re.compile(r"[.!?][\"”’')]*$")
_TOGGLE = re.compile(r"(?:enlarge this image )?(?:toggle|hide) caption ", re.IGNORECASE)

_CAPTION_LABEL = re.compile(
    r"(?:(?:FILE|File|file)(?: (?:PHOTO|Photo|photo))?|(?:Photo |Image |Media |PHOTO "
    r"|IMAGE )?(?:Caption|CAPTION|caption)|PHOTO|IMAGE) ?(?:[:–—-]|(?<=caption)) ?(?=\S)"
    r"|Image (?:copyright|source|credit)\b.{0,80}\bcaption\b"
    r"|(?:In )?[Tt]his [^.]{0,60}\b(?:file )?(?:photo|photograph|image|picture|handout|combination|illustration)\b"
    r"|\[(?:Photo|Image|Picture|Video|PHOTO)\] (?=\S)"
    r"|CLOSE (?=[A-Z])"
)  # fmt: skip
# A sentence that ends in a credit: "… in London, May 2. AGENCY/A. Name", "… (AGENCY Photo/A. Name)", "… | AGENCY".
_CREDITED = re.compile(
    rf"(?:[.,;:)”\"|–—] ?| [-–—] |\d )\(?(?:(?i:photo(?:graph)?|image|picture|credit|courtesy)(?: (?:by"
    rf"|of|credit))?:? )?(?:(?:[A-ZÀ-Þ][\w’'.-]*|de|van|der|von|via|for|[A-Z])[ /"
    rf"|,]+){{0,8}}(?:via )?{_AGENCY}"
    r"(?:[-/ ,|]+(?:[A-ZÀ-Þ][\w’'.-]*+|via))*\)?\.?$"  # possessive: a hyphen joins names as well
)
_BRACKETED = re.compile(
    r"\((?:(?i:photos?|image|picture|photograph|credit|courtesy|illustration|handout)\b|AP|AFP|EPA"
    r"|Reuters|REUTERS|Getty)[^()]{0,120}\)\.?$"
)
# Unknown agencies too, where a label or a slash between names says that it is a credit.
_LABELLED_END = re.compile(
    rf"(?:[.!?”\")…] |\w )\(?(?:Photo|Photograph|Picture|Image|Credit|PHOTO|Foto)s?(?: (?:by|credit"
    rf"|courtesy of))?: ?{_NAMES}\)?\.?$"
)
_SLASHED_END = re.compile(
    rf"[.!?”\")] \(?(?=[^.]*\w ?/ ?\w){_NAMES}\)?$|\([A-ZÀ-Þ][\w’'. -]{{2,40}} ?/ ?[A-ZÀ-Þ][\w’'. -]{{2,40}}\)$"
)
_QUOTE = re.compile(r"[“”\"]")
_CREDITED_ENDS = (_CREDITED, _LABELLED_END, _SLASHED_END)
# Captions date themselves and speak in the present tense.
_SCENE = re.compile(
    r"\b(?:(?:19|20)\d\d|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d{1,2}|pictured|seen|left"
    r"|right|center|centre|speaks?|poses?|arrives?|attends?|walks?|stands?|holds?|looks?|listens?|testif(?:y|ies)"
    r"|delivers?|addresses|displays?|shows?|gestures?|waits?|sits?)\b"
)
_SPEECH = re.compile(r"\b(?:said|says|told|added|according to)\b")


def is_credit(text: str) -> bool:
    """Whether a line is nothing but the credit of a picture."""
    if len(text) > _LONGEST_CREDIT:
        return False
    if _LABELLED.fullmatch(text):
        return True
    return ("/" in text or "|" in text) and bool(_AGENCY_WORD.search(text)) and bool(_ALL_NAMES.fullmatch(text))


def _doubled(text: str) -> int:
    """Return where the second half starts of a text that says everything twice; 0 for others."""
    half = len(text) // 2
    if len(text) <= 30 or not len(text) % 2 or text[half] != " ":
        return 0
    return half + 1 if text.startswith(text[half + 1 :]) else 0


def _is_caption(text: str, outlet: str | None) -> bool:
    """Whether the line alone shows that it is a caption."""
    if not _SHORTEST < len(text) <= _LONGEST:
        return False
    if _CAPTION_LABEL.match(text) and (
        text[:4] not in ("This", "In t") or _BRACKETED.search(text) or _CREDITED.search(text)
    ):
        return True
    if text[-1] in '.!?”"' and not text.endswith(")."):
        return False
    tail = max(0, len(text) - _CREDIT_TAIL)
    if (text[-1] in ")." and _BRACKETED.search(text)) or any(pattern.search(text, tail) for pattern in _CREDITED_ENDS):
        return not _SPEECH.search(text) or not _QUOTE.search(text)
    return bool(outlet) and text.endswith(f"/{outlet}")


def _before_credit(line: Line) -> bool:
    """Whether a line that a credit follows is its caption, and not the article's last paragraph before a picture."""
    text = line.text
    if line.region != "body" or len(text) > _LONGEST_CREDITED or _QUOTE.search(text) or _SPEECH.search(text):
        return False
    return len(text) > _SHORTEST_CREDITED and text[-1] in ".)" and bool(_SCENE.search(text))


def _strip_buttons(page: Page, line: Line) -> None:
    """Cut buttons that stand at the start of a caption, and the second half of a caption that says everything twice."""
    if match := _TOGGLE.match(line.text) or _NETWORKS.match(line.text):
        page.cut(line, 0, match.end(), "share-buttons")
        if not is_credit(line.text):
            page.mark(line, "caption", "captions")
    if half := _doubled(line.text):
        page.cut(line, half - 1, len(line.text), "doubled-captions")
        page.mark(line, "caption", "captions")


def _repeats(line: Line, previous: Line | None) -> bool:
    """Whether a line says again what the line before it says."""
    return previous is not None and line.text == previous.text and len(line.text) > 30 and line.text.count(" ") > 3


def _take_credit(page: Page, line: Line, previous: Line | None) -> bool:
    """Drop a credit and mark the caption above it; an agency's bare name is a credit only under a caption."""
    named = is_credit(line.text)
    if not named and not (len(line.text) < _LONGEST_AGENCY and _AGENCY_WORD.fullmatch(line.text)):
        return False
    captioned = previous is not None and _before_credit(previous)
    if not named and not captioned:
        return False
    page.drop(line, "credits")
    if previous is not None and captioned:
        page.mark(previous, "caption", "captions")
    return True


def _take_double(page: Page, line: Line, previous: Line | None) -> bool:
    """Drop a line that repeats the one above it, and mark that one as a caption."""
    if previous is None or not _repeats(line, previous):
        return False
    page.drop(line, "doubled-captions")
    # A doubled line that is no sentence and sets no scene is a title, left to the headline step.
    if previous.region == "body" and (_SENTENCE_END.search(line.text) or _SCENE.search(line.text)):
        page.mark(previous, "caption", "captions")
    return True


def mark_captions(page: Page) -> None:
    """Drop credits that stand alone; mark captions, and keep a doubled one once."""
    previous: Line | None = None
    enlarged = False
    for line in page.lines:
        if line.region is None:
            enlarged = enlarged or (line.step == "media" and line.text.lower().startswith("enlarge"))
            continue
        if line.bullet == "#":
            previous = line
            continue
        _strip_buttons(page, line)
        if _take_credit(page, line, previous) or _take_double(page, line, previous):
            continue
        if line.region == "body" and (enlarged or _is_caption(line.text, page.outlet)):
            page.mark(line, "caption", "captions")
        previous, enlarged = line, False
