"""The wording of page furniture: what share buttons, boxes, menus and footers say on many sites."""

from __future__ import annotations

import re

from pipeline.articles.captions import is_credit

_LONGEST = 240  # furniture is short; of longer lines only two kinds are looked for
_LONGEST_BOX = 700
_LONGEST_CRUMBS = 100
_PAGE_DATA_KEYS = 4
_SECTION_SHARE = 0.75

_NETWORK = (
    r"facebook|twitter|x|linkedin|whatsapp|reddit|pinterest|flipboard|telegram|messenger|tumblr"
    r"|bluesky|threads|mastodon|kakao|instagram|youtube|weibo|wechat|viber|pocket"
)
_SHARE_WORD = (
    rf"{_NETWORK}|share|tweet|post|e-?mail|mail|print|pin(?: it)?|copy|link|copy link|save|bookmark"
    rf"|gift|reprints?|listen|sms|button|icon|this|on|via|by|with|to|article|story|page|post|friend|a"
    rf"|comments?|\d+ min(?:ute)?s?|\d+:\d\d|\d+|open|more|options"
)
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_DATE_WORD = (
    rf"(?:{_MONTH}|{_DAY}|a\.?m\.?|p\.?m\.?|e[sd]?t|p[sd]?t|c[sd]?t|gmt|bst|utc|cet|ist|at|on|updated"
    rf"|published|last|min(?:ute)?s?(?: read)?|read|ago|years?|months?|weeks?|days?|hours?|today"
    rf"|yesterday)(?![a-z])\.?|\d+(?:st|nd|rd|th)?(?:[:.]\d\d)*"
)

# Step name -> what a whole line of it looks like. Matched against the line in lower case.
_WHOLE = {
    "controls": [
        r"small|medium|large|regular|normal|live tv|(?:\[[\w -]{1,20}\] ?)+(?:font|text|size)?.{0,40}",
        (
            r"settings|menu|search|close|x|open|skip|back|next|prev(?:ious)?|loading(?: the player)?\W*|play"
            r"|pause|mute|replay|top|home|letter|expand|collapse|toggle caption|hide caption|view bio"
            r"|view profile"
        ),
        (
            r"(?:ⓕ |[^\w\s] )?(?:font|text)[- ]size.{0,20}|[+\-−]?\d|a ?[+\-−]?|aa"
            r"|(?:a[+\-−]? ?){2,4}(?:listen.{0,20})?|(?:open|close|show) menu|(?:increase|decrease"
            r"|reset) (?:font|text) size"
        ),
        (
            r"(?:go|back|return|scroll) (?:to )?(?:the )?top\b.{0,12}|skip (?:to|past) .{0,40}"
            r"|after newsletter promotion|jump to .{0,30}"
        ),
        (
            r"(?:log|sign) ?(?:in|out|up)(?: or .{0,30})?|register(?: now)?|my account|subscribe(?: now| today"
            r"| for .{0,40})?|(?:log|sign) in ?\|.*"
        ),
    ],
    "media": [
        (
            r"watch(?: now| live| video| the video)?|videos?|photos?|audio|listen(?: now)?|gallery|pictures"
            r"|images?|slideshow(?: \(\d+ images?\))?|\d+ photos?"
        ),
        (
            r"(?:prev |next )*image \d+ of \d+.{0,20}|\d+ of \d+|enlarge(?: this)? image|view (?:image|gallery"
            r"|photos?).{0,20}|click to (?:enlarge|expand|play).{0,30}"
        ),
        (
            r"media playback is (?:un|not )supported on (?:your|this) device|(?:just|now) watch(?:ed"
            r"|ing) .*(?:must watch|replay) .*|your browser does not support .*"
        ),
        (
            r"(?:watch|listen|video|podcast):.*|(?:watch|see) (?:the )?(?:video|clip|full video"
            r"|interview) (?:above|below|here)\W*"
        ),
    ],
    "advertisements": [
        (
            r"(?>(?:advertisements?|ads?|sponsored(?: content)?|promoted(?: content)?|paid (?:post|content)"
            r"|advertiser content|advertorial)\b\W*+)++"
        ),
        (
            r"(?:advertisement\W*)?(?:\W?(?:story|article|post|content|text|report)s? )?(?:continued?s?"
            r"|keep) (?:reading|below|after|with)\b.{0,60}"
        ),
        r"(?:advertisement )?(?:story|article) continues? .{0,50}",
    ],
    "read-more": [
        r"(?:please )?(?:click|tap) here (?:to|for) .{0,80}|(?:click|tap) here\W*",
        r"(?:to )?(?:read|view|see) (?:the )?(?:full|original|entire|rest of the|whole|complete)\b.{0,80}",
        (
            r"(?:read|see|view|find out|learn|show|load) (?:more|less|next|on|all"
            r"|article)\b[^.!?]{0,60}[>»→.…]*|(?:read|full) (?:article|story)\W*"
        ),
        r"more\W*|continue\W*|keep reading\W*",
    ],
    "related-links": [
        (
            r"\W*(?:related|see also|also see|also read|read also|read more|read|more|also|don[’']t miss"
            r"|recommended|further reading|up next|next up|must read|must reads)(?: (?:story|stories|article"
            r"|articles|content|coverage|video|topics?|here|on this|about .{1,40}))? ?[:|].{0,160}"
        ),
        r"\( ?(?:photos?|videos?|pictures|also|see also|related|read|watch|more|listen)\b[^()]{0,120}\)",
    ],
    "newsletters": [
        (
            r"(?:sign|signing) up\b.*|subscribe (?:to|for|here)\b.*|by (?:signing up|subscribing"
            r"|submitting)\b.*|manage (?:your )?(?:newsletters?|subscriptions?|preferences|settings)\b.*"
        ),
        r"(?:get|receive|join|want|like|enjoy|for more)\b.*\b(?:newsletters?|inbox|e-?mail alerts?)\b.*",
        (
            r"you(?:[’']re| are)? (?:receiv(?:e|ed|ing)|get(?:ting)?) th(?:is|ese) (?:e-?)?(?:mail|digest"
            r"|newsletter|message|briefing|letter|bulletin)s?\b.*|unsubscribe\b.*"
        ),
        (
            r"(?:enter|your) (?:your )?e-?mail(?: address)?\b.{0,80}|thank you for (?:subscribing"
            r"|signing up)\b.*|success! .*|please (?:enter|check) .{0,40}e-?mail.*|you can unsubscribe\b.*"
        ),
    ],
    "cookies": [
        (
            r"(?:we|this (?:web)?site|our (?:web)?site) uses? cookies\b.*|(?:accept|reject"
            r"|manage)(?: all)? cookies.*|cookie (?:policy|settings|preferences|notice).{0,60}"
        ),
        (
            r"(?:privacy policy|terms (?:of|and) (?:use|service|conditions)|privacy notice"
            r"|do not sell my .{0,40}|contact us|about us|site map|help(?: center)?"
            r"|accessibility)(?:\W+(?:privacy policy|terms (?:of|and) (?:use|service|conditions)|contact us"
            r"|about us|help))*\W*"
        ),
        r"support (?:our|independent|quality) journalism\b.*|become a (?:member|subscriber|supporter)\b.*",
    ],
    "comments": [
        (
            r"(?:\d[\d,.]* )?comments?(?: \(?\d+\)?)?|(?:view|show|hide|read|see|leave|post|add|write)(?: a"
            r"| all| your)? comments?.{0,20}|no comments(?: yet)?"
        ),
        (
            r"(?:join|start) the (?:conversation|discussion|debate).{0,60}|be the first to comment.*"
            r"|comments? (?:are|is) (?:now )?closed.*|\d[\d,.]*[km]? (?:shares?|likes?|views?|retweets?"
            r"|replies|reposts?)"
        ),
    ],
    "copyright": [
        r"(?:©|\(c\)|copyright\b)(?=.{0,60}(?:\b(?:19|20)\d\d\b|©|\(c\))).*|©.*",
        r"this material may not be published, broadcast.*",
    ],
    "social-handles": [
        rf"follow (?:us|me|him|her|them|the author|@\w+|.{{1,60}} on (?:{_NETWORK}))\b.{{0,120}}",
        rf"(?:@\w{{2,30}}[ ,|]*)+|(?:find|like|join|connect with) us on\b.*|(?:on )?(?:{_NETWORK}): ?@?\S+",
    ],
    "share-buttons": [
        rf"(?>(?:{_SHARE_WORD})(?![\w])[ :|/·,()]*+)++",
        (
            r"(?:share|e-?mail|print|send|save|gift) (?:this|on|via|by|with|to|the) .{0,40}|share ?:.{0,60}"
            r"|listen to this .{0,40}"
        ),
        r"read or share this story:.*|report (?:a|an) (?:typo|error|mistake)|reprints and permissions",
    ],
    "dates": [
        (
            rf"(?:(?:first |last )?(?:published|updated|posted|modified|created|updated at|last updated|as of"
            rf"|originally published)\b[ :]*)?(?>(?:{_DATE_WORD})[ ,|•·–—\-/]*+)++"
        ),
        r"\d+ min(?:ute)?s? read",
    ],
}
# Looked for only in lines that hold the phrase.
_HOLDING = {
    "by clicking here": ("read-more", r".{0,30}by clicking here\W*"),
    "read more": ("related-links", r".{20,180}\bread more"),
    "your inbox": ("newsletters", r".{0,160}\b(?:in|to) your inbox\b.{0,40}"),
    "newsletter": ("newsletters", r".{0,40}\bnewsletter"),
    "all rights reserved": ("copyright", r".{0,200}\ball rights reserved\b.{0,30}"),
    "terms of use apply": ("copyright", r".{0,60}terms of use apply.*"),
    "use cookies": ("cookies", r".{0,60}\buse cookies\b.*"),
}
_HOLDING_PATTERNS = [(phrase, step, re.compile(pattern)) for phrase, (step, pattern) in _HOLDING.items()]
# Words of dates and buttons are common words too: such a line counts only with one of these in it.
_NEEDED = {
    "share-buttons": re.compile(rf"\b(?:share|tweet|e-?mail|print|copy link|reprints?|save|{_NETWORK})\b"),
    "dates": re.compile(r"\d[:.]\d\d|\bago\b|\bread\b|published|updated|posted|modified"),
}
_ANY = re.compile("|".join(f"(?P<s{i}>{'|'.join(ps)})" for i, ps in enumerate(_WHOLE.values())))
_STEPS = tuple(_WHOLE)
_ORNAMENTS = " «»<>›‹…|:·•→←↑↓▲▼►\"'"

_PAGE_DATA = re.compile(r'"[\w/.-]{1,60}" ?:')
_LONG_NEWSLETTER = re.compile(
    r"\b(?:in|to) your inbox\b|\bunsubscribe\b|\brecaptcha\b|\bby signing up\b|not a robot", re.IGNORECASE
)
_LONG_NEWSLETTER_START = re.compile(r"(?:[\w ]{0,40}\bnewsletters?|sign up|get the|subscribe)\b", re.IGNORECASE)
_BOX_HEAD, _BOX_WORDS = 60, ("newsletter", "sign up", "get the", "subscribe")  # without these it cannot be a box
_SECTION = re.compile(
    r"news|home|opinion|sports?|business|money|politics|world|culture|arts|li(?:fe|ves)|lifestyle|style|tech(?:nology)?"
    r"|science|health|travel|weather|crosswords?|puzzles|games|jobs|videos?|podcasts|tv|radio|local|(?:inter)?national|uk"
    r"|us|europe|asia|magazine|food|books|film|music|property|search|menu|subscribe|newsletters|more|comment|obituaries"
    r"|courts|crime"
)
_CRUMB = re.compile(r" ?[|›»·>/] ?")


def _breadcrumbs(text: str) -> bool:
    """Whether a line is a trail of section names: "Home | World | Money"."""
    if len(text) > _LONGEST_CRUMBS or text[-1] in '.!?”"':
        return False
    words = text.lower().split()
    if len(words) > 2 and sum(bool(_SECTION.fullmatch(word)) for word in words) >= _SECTION_SHARE * len(words):
        return True
    crumbs = _CRUMB.split(text)
    return len(crumbs) > 1 and all(0 < len(crumb.split()) <= 3 and len(crumb) <= 25 for crumb in crumbs)


def _long_step(text: str) -> str | None:
    """Return the step that drops a long line: data of the page's own program, or a newsletter box in one line."""
    if '":' in text and len(_PAGE_DATA.findall(text)) > _PAGE_DATA_KEYS:
        return "page-data"
    if len(text) > _LONGEST_BOX:
        return None
    head = text[:_BOX_HEAD].casefold()
    boxed = any(word in head for word in _BOX_WORDS) and _LONG_NEWSLETTER_START.match(text)
    return "newsletters" if boxed and _LONG_NEWSLETTER.search(text) else None


def furniture_step(text: str) -> str | None:
    """Return the name of the step that drops such a line; None for a line of the article."""
    if len(text) > _LONGEST:
        return _long_step(text)
    key = text.lower().strip(_ORNAMENTS)
    match = _ANY.fullmatch(key)
    if match:
        step = _STEPS[int(str(match.lastgroup)[1:])]
        return step if step not in _NEEDED or _NEEDED[step].search(key) else None
    for phrase, step, pattern in _HOLDING_PATTERNS:
        if phrase in key and pattern.fullmatch(key):
            return step
    return "navigation" if _breadcrumbs(text) and not is_credit(text) else None
