"""Cleaning one article: what each step drops, marks and keeps."""

import pytest

from pipeline import files
from pipeline.articles.cleaning import Cleaned, clean
from pipeline.records import Article, Document, text_hash

BODY = "The council voted on Tuesday to keep the cameras for another year, after a debate of six hours."
MORE = "“We looked for a reason to switch them off and found none,” said Mira Olsen, who chairs the council."


def cleaned(text: str, **fields: str | None) -> Cleaned:
    return clean(Document(text, "t.txt", **fields))  # type: ignore[arg-type]


def one(text: str, **fields: str | None) -> Article:
    (article,) = cleaned(text, **fields).articles
    return article


def paragraphs(article: Article, region: str) -> list[str]:
    found, at = [], 0
    for paragraph in article.text.split("\n\n"):
        if article.region(at) == region:
            found.append(paragraph)
        at += len(paragraph) + 2
    return found


FURNITURE = [
    ("controls", "Settings"),
    ("controls", "ⓕ font-size"),
    ("controls", "• +1"),
    ("controls", "CLOSE"),
    ("controls", "Skip to content"),
    ("controls", "go top LETTER"),
    ("share-buttons", "• Facebook share button"),
    ("share-buttons", "SHARE THIS ARTICLE Share Tweet Post Email"),
    ("share-buttons", "LISTEN TO ARTICLE 4:10 SHARE THIS ARTICLE Share Tweet"),
    ("media", "JUST WATCHED A long day Replay More Videos ... MUST WATCH A long day 01:04"),
    ("media", "Slideshow (12 Images)"),
    ("advertisements", "ADVERTISEMENT – CONTINUE READING BELOW"),
    ("advertisements", "Story Continued Below"),
    ("read-more", "Read the original article by clicking here."),
    ("related-links", "Related: Mayor to step down in spring"),
    ("related-links", "Mayor to step down in spring Read more"),
    ("newsletters", "Sign up for our weekly newsletter to get the best of the city."),
    ("newsletters", "Get daily updates in your inbox."),
    ("newsletters", "You receive this digest because you signed up for it. Manage your settings."),
    ("cookies", "We use cookies to make this site better."),
    ("comments", "146 Comments"),
    ("copyright", "© Harbour Courier 2031. All rights reserved."),
    ("social-handles", "Follow Ana Silva on Twitter: @anasilva"),
    ("dates", "Updated Saturday, April 20, 2030 • 2:19 PM EDT"),
    ("dates", "Published 5 March 2031, 06:40 | 4 min read"),
    ("navigation", "Home | World | Money | Sport"),
    ("navigation", "News Opinion Sport Culture Travel"),
    ("masthead", "Harbour Courier"),
    ("rules", "* * *"),
    ("credits", "Ana Silva | Bloomberg | Getty Images"),
    ("credits", "Illustration by Ana Silva"),
    ("bylines", "By Ana Silva and Bo van der Lund"),
    ("bylines", "By our correspondent in Lisbon"),
    ("reporter-notes", "(Reporting by Ana Silva in Lisbon; Editing by Bo Lund)"),
    ("editor-notes", "The Associated Press contributed to this report."),
    ("editor-notes", "This article was amended on 5 May 2031 to correct a name."),
    ("editor-notes", "— With assistance by Ana Silva, and Bo Lund"),
]


@pytest.mark.parametrize(("step", "line"), FURNITURE)
def test_a_line_around_the_article_is_dropped_by_its_step(step: str, line: str) -> None:
    result = cleaned(f"{BODY}\n{line}\n{MORE}\n{BODY}", outlet="Harbour Courier")
    assert result.dropped.get(step) == 1, result.dropped
    assert result.articles[0].text == f"{BODY}\n\n{MORE}\n\n{BODY}"


KEPT = [
    "Share prices fell on Monday after the vote.",
    "He told them to sign up for the army or leave.",
    "Read the room, she said.",
    "Copyright law protects them, the company said.",
    "“Follow us and see,” he said.",
    "She plays in London and in Paris - the fans come along.",
    "Comments by the minister were met with laughter.",
    "An old friend, Bo Lund, contributed to this debate with a poem.",
    "More than 40 towns have done the same.",
    "By Monday the council had changed its mind.",
    "D**n it, he said, and left.",
]


@pytest.mark.parametrize("line", KEPT)
def test_a_sentence_of_the_article_stays_in_the_body(line: str) -> None:
    assert line in paragraphs(one(f"{BODY}\n{line}\n{MORE}\n{BODY}"), "body")


def test_links_under_a_list_header_go_with_it_up_to_the_next_paragraph() -> None:
    text = f"{BODY}\n\nMost read\n\n1. Ferry timetable: what changes\n2. Mayor to step down\n\n{MORE}"
    result = cleaned(text)
    assert result.articles[0].text == f"{BODY}\n\n{MORE}"
    assert result.dropped["link-lists"] == 3


def test_unmarked_lines_under_read_more_stay() -> None:
    assert "A heading" in one(f"{BODY}\nRead more\nA heading\n{MORE}").text


CAPTIONS = [
    "FILE PHOTO: A camera on a mast in Lisbon, May 3, 2031. REUTERS/Ana Silva/File Photo",
    "A camera on a mast in Lisbon on May 3, 2031. AFP-Yonhap",
    "A camera on a mast in Lisbon. (AP Photo/Ana Silva)",
    "A camera on a mast in Lisbon. Photo: Ana Silva / Northlight Pictures",
    "A camera on a mast in Lisbon, 14 February. Northlight Pictures / B. Lund",
    "Image copyright Getty Images Image caption A camera on a mast in Lisbon",
]


@pytest.mark.parametrize("caption", CAPTIONS)
def test_a_caption_is_a_paragraph_of_its_own_region(caption: str) -> None:
    article = one(f"{BODY}\n{caption}\n{MORE}")
    assert paragraphs(article, "caption") == [caption]
    assert paragraphs(article, "body") == [BODY, MORE]


def test_a_doubled_caption_is_kept_once() -> None:
    caption = "Ministers on a visit to the transmitter last autumn, seen from the road."
    result = cleaned(f"{BODY}\n{caption}\n{caption}\n{MORE}")
    assert paragraphs(result.articles[0], "caption") == [caption]
    assert result.dropped["doubled-captions"] == 1


def test_the_line_above_a_credit_is_its_caption_only_if_it_shows_a_scene() -> None:
    caption = "Mira Olsen speaks outside the council on Tuesday, May 3."
    article = one(f"{caption}\nAna Silva | Getty Images\n{BODY}\nBo Lund | Reuters\n{MORE}")
    assert paragraphs(article, "caption") == [caption]


def test_titles_and_headings_are_headlines_and_the_first_is_the_title() -> None:
    article = one(f"Cameras stay for another year\n\n{BODY}\n\nTHE LONG DEBATE\n\n{MORE}\n\n‘Nobody sleeps’\n\n{BODY}")
    assert article.title == "Cameras stay for another year"
    assert paragraphs(article, "headline") == ["Cameras stay for another year", "THE LONG DEBATE", "‘Nobody sleeps’"]


def test_the_title_of_the_record_wins_over_the_line() -> None:
    article = one(f"# Cameras stay for another year | Harbour Courier\n{BODY}", title="Cameras stay for another year")
    assert article.title == "Cameras stay for another year"
    assert paragraphs(article, "headline") == ["Cameras stay for another year | Harbour Courier"]


@pytest.mark.parametrize(
    "line",
    ["She said:", "“We will not go away, not now and not in a year”", "“No,” he said", "and left without a word"],
)
def test_speech_and_broken_sentences_are_no_headings(line: str) -> None:
    assert paragraphs(one(f"{BODY}\n\n{line}\n\n{MORE}"), "body") == [BODY, line, MORE]


def test_crumbs_below_the_last_paragraph_go() -> None:
    result = cleaned(f"{BODY}\n\n{MORE}\n\nWeather banner")
    assert result.articles[0].text == f"{BODY}\n\n{MORE}"
    assert result.dropped["tail"] == 1


DATELINES = [
    ("WASHINGTON (Reuters) -", "WASHINGTON (Reuters)"),
    ("WASHINGTON (Reuters) – ", "WASHINGTON (Reuters)"),
    ("WASHINGTON (AP) — ", "WASHINGTON (AP)"),
    ("LONDON, May 3 (Reuters) - ", "LONDON, May 3 (Reuters)"),
    ("TORONTO/ST JOHN’S, Newfoundland (Reuters) - ", "TORONTO/ST JOHN’S, Newfoundland (Reuters)"),
    ("PARIS — ", "PARIS"),
    ("NEW YORK — ", "NEW YORK"),
    ("WELD COUNTY, Colo. — ", "WELD COUNTY, Colo."),
    ("Washington (CNN) ", "Washington (CNN)"),
    ("(CNN) -- ", "(CNN)"),
    ("Paris/Hong Kong CNN — ", "Paris/Hong Kong CNN"),
    ("Port Marlow, 11 September – ", "Port Marlow, 11 September"),
]


@pytest.mark.parametrize(("opening", "dateline"), DATELINES)
def test_a_dateline_is_a_field_and_no_text(opening: str, dateline: str) -> None:
    article = one(f"By Ana Silva\n{opening}{BODY}\n{MORE}")
    assert (article.byline, article.dateline) == ("Ana Silva", dateline)
    assert article.text == f"{BODY}\n\n{MORE}"


@pytest.mark.parametrize(
    "text", ["BREAKING — The council voted. It was late.", "The council (all of it) – voted.", "He-Man - The film."]
)
def test_other_openings_are_no_datelines(text: str) -> None:
    assert one(f"{text}\n{BODY}").dateline is None


def test_a_note_in_brackets_is_cut_from_the_end_of_a_paragraph() -> None:
    article = one(f"{BODY} {MORE} (Reporting by Ana Silva; Editing by Bo Lund)")
    assert article.text == f"{BODY} {MORE}"


def test_hard_wrapped_lines_are_joined_to_paragraphs() -> None:
    wrapped = (
        "The council voted on Tuesday to keep the cameras for another year, after\n"
        "a debate of six hours that few of its members will remember with joy and\n"
        "that none of them had expected to end before the morning. The back-\n"
        "benches were empty by then, and the clerks had gone home.\n\n"
        "“We looked for a reason to switch them off and found none, and I am not\n"
        "a person who gives up looking when there is something to be found, as my\n"
        "friends will tell you,” said Mira Olsen, who chairs the council and has\n"
        "done so for six years.\n"
    )
    first, second = one(wrapped).text.split("\n\n")
    assert "for another year, after a debate" in first
    assert "The back-benches were empty" in first
    assert second.endswith("and has done so for six years.")


def test_paragraphs_of_one_line_are_left_alone() -> None:
    assert "wrapped-lines" not in cleaned("\n".join([BODY, MORE] * 5)).dropped


def test_markup_goes_and_its_words_stay() -> None:
    text = f"{BODY}\n**“No,”** said [Mira *Olsen*](https://example.org/x), _twice_ <br/>.\n{MORE}"
    assert one(text).text.split("\n\n")[1] == "“No,” said Mira Olsen, twice ."


def test_bullets_are_stripped() -> None:
    text = f"{BODY}\n  • “No,” she said, and left.\n- Nobody followed her.\n{MORE}"
    assert one(text).text == f"{BODY}\n\n“No,” she said, and left.\n\nNobody followed her.\n\n{MORE}"


def test_ids_and_hashes_come_from_the_source_text() -> None:
    article = one(BODY)
    assert article.raw_sha256 == files.sha256_text(BODY)
    assert article.article_id == text_hash(files.sha256_text(BODY), "0")


def test_a_page_of_furniture_alone_has_no_article() -> None:
    result = cleaned("Settings\nAdvertisement\n* * *\n")
    assert result.articles == ()
    assert result.dropped == {"controls": 1, "advertisements": 1, "rules": 1}


def test_fields_of_the_record_stay_with_the_article() -> None:
    fields = {"outlet": "Harbour Courier", "published": "2031-03-05", "url": "https://example.org", "target": "cameras"}
    article = one(BODY, **fields)
    assert {name: getattr(article, name) for name in fields} == fields
