"""The page of articles: what it shows, that it stands alone, and that no text in it becomes markup."""

import re
from html.parser import HTMLParser

import pytest

from pipeline.highlight import page, view
from pipeline.highlight.style import DARK, LIGHT, SPEAKERS

VOID = {"meta", "link"}
NASTY = """<script>document.title = "broken"</script>' onmouseover='x' "><img src=x> &amp; \x1b\0"""


class Reader(HTMLParser):
    """Collects elements with their attributes and texts, and checks that tags close in order."""

    def __init__(self, source):
        super().__init__()
        self.open, self.found, self.texts = [], [], []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        assert len(given) == len(attrs), (tag, attrs)
        element = (tag, given.get("class"))
        self.found.append((element, given, [*self.open]))
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        if self.open and self.open[-1][0] != "style":
            self.texts.append((data, [*self.open]))

    @property
    def tags(self):
        return [tag for (tag, _), _, _ in self.found]

    @property
    def text(self):
        return " ".join("".join(data for data, _ in self.texts).split())

    def all(self, tag):
        """Return the attributes of each element of a name."""
        return [attributes for (own, _), attributes, _ in self.found if own == tag]

    def within(self, tag):
        """Return the texts that stand directly in an element of a name."""
        return [data for data, inside in self.texts if inside[-1][0] == tag]


@pytest.fixture
def several(altered):
    """Return an article with everything and one without a quotation."""
    other = altered(title="Nothing said", article_id="a2", source="b.txt").article
    return [altered(), view(other, [])]


def test_the_text_stands_there_whole_and_in_order(example):
    shown = Reader(page([example]))
    labels = [element for element, _, _ in shown.found if element in (("a", "label"), ("span", "label"))]
    assert labels
    words = "".join(
        data
        for data, inside in shown.texts
        if {("h1", None), ("div", "text")} & set(inside) and not {*labels, ("span", "region")} & set(inside)
    )
    assert words.split() == example.text.split()


def test_runs_are_nested_from_the_clause_inwards(example):
    source = page([example])
    assert re.search(
        r'<span class="content v1" title="attributed together with 3: Oru Baptista">'
        r'<mark class="mixed v1" title="3: Oru Baptista, person, harbour commissioner, Lindey; mixed; [^"]*">'
        r'<a class="label" id="a1q3" href="#a1r3" [^>]*>3B</a>“not fit for use”</mark></span>',
        source,
    )
    assert '<u title="cue of 3">said</u>' in source
    assert (
        '<b class="speaker v1" title="speaker of 4, 5: Oru Baptista">she'
        '<span class="label" aria-hidden="true">B</span></b>'
    ) in source


def test_terms_indirect_speech_and_speech_without_a_speaker_look_different(example):
    classes = [mark["class"] for mark in Reader(page([example])).all("mark") if "title" in mark]
    assert classes == [
        f"direct v{SPEAKERS}", "direct v0", "mixed v1", "direct v1", "direct v1", "indirect v0", f"term v{SPEAKERS}",
    ]  # fmt: skip


def test_the_region_of_a_paragraph_is_told(altered):
    shown = Reader(page([altered(title="Another title")]))
    assert [data for data, inside in shown.texts if inside[-1] == ("span", "region")] == ["headline", "caption"]
    assert "direct; in a headline" in shown.text


LISTED = (
    "1 no speaker “Switch them off,” direct; in a headline",
    "2A Ostrel, organisation ‘It only looks at the weather,’ direct; in a caption; cue says; confidence 0.60",
    "4B Oru Baptista, person, harbour commissioner, Lindey “We asked for the plans,” direct; cue said; confidence 0.97",
    "“Nobody answered.” direct; confidence 0.97; one utterance with 4",
    "7t no speaker “secret box” term",
    "utterance ida1:u",
)


@pytest.mark.parametrize("line", LISTED)
def test_the_list_tells_speaker_kind_region_cue_confidence_and_utterance(example, line):
    assert line in Reader(page([example])).text


def test_every_link_leads_to_one_place_and_back(several):
    shown = Reader(page(several))
    ids = [attributes["id"] for _, attributes, _ in shown.found if "id" in attributes]
    links = [a["href"] for a in shown.all("a")]
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in links} <= set(ids)
    for number in range(1, 8):
        assert links.count(f"#a1r{number}") == 1
        assert f"#a1q{number}" in links


def test_several_articles_are_shown_one_after_the_other_with_a_list_of_them(several):
    shown = Reader(page(several, notes=["3 more articles are left out"]))
    assert shown.tags.count("article") == 2
    assert [tag for tag in shown.tags if tag in ("h1", "h2", "h3")] == ["h1", "h2", "h3", "h2"]
    assert [a["href"] for (tag, _), a, inside in shown.found if tag == "a" and ("nav", None) in inside] == [
        "#a1",
        "#a2",
    ]
    assert "Quotations of 2 articles 3 more articles are left out" in shown.text
    assert "Nothing said no quotations" in shown.text


def test_one_article_gives_the_page_its_title_and_heading(example):
    shown = Reader(page([example]))
    assert [tag for tag in shown.tags if tag in ("h1", "h2", "h3", "nav")] == ["h1", "h2"]
    assert shown.within("title") == ["“Switch them off,” council told"]


def test_the_page_has_landmarks_and_names_for_its_parts(several):
    shown = Reader(page(several))
    assert {"header", "nav", "main", "footer", "article", "section"} <= set(shown.tags)
    assert shown.all("html") == [{"lang": "en"}]
    named = {a["id"] for _, a, _ in shown.found if "id" in a}
    assert {a["aria-labelledby"] for _, a, _ in shown.found if "aria-labelledby" in a} <= named
    assert shown.all("nav")[0]["aria-label"] == "Articles"


def test_the_page_loads_nothing_and_runs_nothing(several):
    source = page(several)
    shown = Reader(source)
    assert not {"script", "iframe", "img", "object", "form", "base"} & set(shown.tags)
    assert [a for _, a, _ in shown.found if any(name.startswith("on") for name in a)] == []
    assert [a["href"] for a in shown.all("link")] == ["data:,"]
    assert "http" not in re.sub(r"http-equiv", "", source)
    assert "url(" not in source
    (policy,) = [a["content"] for a in shown.all("meta") if "http-equiv" in a]
    assert policy.startswith("default-src 'none';")


EVERYWHERE = (
    [{"columns": {name: NASTY}} for name in ("speaker", "speaker_type", "speaker_role", "speaker_affiliation", "cue",
        "speaker_mention", "speaker_id", "kind", "region", "utterance_id")]
    + [{name: NASTY} for name in ("title", "outlet", "published", "source")]
)  # fmt: skip


@pytest.mark.parametrize("changes", EVERYWHERE, ids=lambda c: next(iter(c.get("columns", c))))
def test_every_value_is_escaped(altered, changes):
    expected = Reader(page([altered()]))
    shown = Reader(page([altered(**changes)]))
    assert not {"script", "img"} & set(shown.tags)
    assert [a for _, a, _ in shown.found if any(name.startswith("on") for name in a)] == []
    assert set(shown.tags) == set(expected.tags)
    assert 'document.title = "broken"' in shown.text
    assert "\x1b" not in shown.text


def test_the_text_itself_is_escaped(altered):
    own = altered().article
    text = NASTY + ' “We said <b>no</b> & "never",” ' + NASTY
    start = text.index("“")
    piece = dict(altered().pieces[0].row) | {"start": start, "end": text.index("”") + 1}
    shown = Reader(page([view(type(own)("a", text, "a.txt"), [piece])]))
    assert not {"script", "img"} & set(shown.tags)
    assert '“We said <b>no</b> & "never",”' in shown.text
    assert shown.text.count("""<script>document.title = "broken"</script>' onmouseover='x' "><img src=x> &amp;""") == 2


@pytest.mark.parametrize(
    ("url", "linked"),
    [("https://example.org/a?b=1&c=\"2\"", True), ("HTTP://example.org", True), ("javascript:alert(1)", False),
     ("data:text/html,x", False), (None, False)],
)  # fmt: skip
def test_only_addresses_of_the_web_become_links(altered, url, linked):
    links = [a["href"] for a in Reader(page([altered(url=url)])).all("a") if not a["href"].startswith("#")]
    assert links == [url] * linked


def test_a_long_quotation_is_cut_at_a_word_in_the_list_alone(altered):
    own = altered().article
    text = "“" + "never again " * 40 + "”"
    row = dict(altered().pieces[0].row) | {"start": 0, "end": len(text)}
    shown = page([view(type(own)("a", text, "a.txt"), [row])])
    (cut,) = re.findall("<q>(.*?)</q>", shown)
    assert len(cut) <= 142
    assert re.search(r"(never|again)…$", cut)
    assert shown.count("never again never") > cut.count("never again never")


def test_lxml_reads_the_same_structure(several):
    html = pytest.importorskip("lxml.html", reason="lxml comes with the extra html")
    root = html.document_fromstring(page(several).encode())
    assert [len(root.findall(f".//{tag}")) for tag in ("article", "main", "mark", "script")] == [2, 1, 10, 0]
    assert root.get_element_by_id("a1q3").getparent().tag == "mark"


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG 2.2, definition of contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_agrees_with_known_values():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(theme):
    colours = theme.colours
    pairs = [(text, back) for text in (colours.text, colours.quiet) for back in (colours.page, colours.soft)]
    for tint in theme.tints:
        # Words on the tint, the label's text on its ink, and a mention on the page and within a quotation.
        pairs += [(colours.text, tint.back), (theme.on_ink, tint.ink), (tint.ink, colours.page), (tint.ink, tint.back)]
        pairs += [(other.ink, tint.back) for other in theme.tints]
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


def test_tints_can_be_told_apart():
    assert len(LIGHT.tints) == len(DARK.tints)
    for theme in (LIGHT, DARK):
        assert len({tint.back for tint in theme.tints}) == len({tint.ink for tint in theme.tints}) == SPEAKERS + 1
