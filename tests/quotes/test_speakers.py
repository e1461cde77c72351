"""Who says it: invented texts, and what a careful reader makes of them."""

import pytest

from pipeline.quotes import find_quotes
from pipeline.records import Article

Expected = list[tuple[str, str | None, str | None]]
SHOPS = "“The rule will hurt small shops,”"
FULL = "“The rule will hurt small shops.”"
FIGHT = "“We shall fight it in every court,”"
BLOW = "“a blow to the truth”"


def said(text: str) -> Expected:
    """Return (quotation, speaker, cue) of each quotation in a text."""
    quotes = find_quotes(Article(article_id="a", text=text, source="test.txt"))
    return [(quote.text, quote.speaker, quote.cue.text if quote.cue else None) for quote in quotes]


def cases(*rows: tuple[str, str, Expected]) -> pytest.MarkDecorator:
    """Return the parameters of a table of (name, text, expected)."""
    return pytest.mark.parametrize(("text", "expected"), [row[1:] for row in rows], ids=[row[0] for row in rows])


@cases(
    ("behind", f"{SHOPS} Mira Olsen said.", [(SHOPS, "Mira Olsen", "said")]),
    ("inverted", f"{SHOPS} said Mira Olsen.", [(SHOPS, "Mira Olsen", "said")]),
    ("before, with a colon", f"Mira Olsen said: {FULL}", [(FULL, "Mira Olsen", "said")]),
    ("before, with a comma", f"Mira Olsen said, {FULL}", [(FULL, "Mira Olsen", "said")]),
    ("before, in the reporter's clause", f"Mira Olsen said it was {BLOW}.", [(BLOW, "Mira Olsen", "said")]),
    ("a clause around it", f"The rule, Mira Olsen said, was {BLOW}.", [(BLOW, "Mira Olsen", "said")]),
    ("a clause at the end", f"The rule is {BLOW}, Mira Olsen said.", [(BLOW, "Mira Olsen", "said")]),
    ("a name and a colon", f"Mira Olsen: {FULL}", [(FULL, "Mira Olsen", None)]),
    ("according to, before", f"According to Mira Olsen, it is {BLOW}.", [(BLOW, "Mira Olsen", "According")]),
    ("according to, behind", f"{SHOPS} according to Mira Olsen.", [(SHOPS, "Mira Olsen", "according")]),
    ("according to, at the end", f"It is {BLOW}, according to Mira Olsen.", [(BLOW, "Mira Olsen", "according")]),
    ("question", "“Will it hurt?” Mira Olsen asked.", [("“Will it hurt?”", "Mira Olsen", "asked")]),
    (
        "shout",
        "“Small shops will close!” Mira Olsen shouted.",
        [("“Small shops will close!”", "Mira Olsen", "shouted")],
    ),
    ("told somebody", f"{SHOPS} Mira Olsen told Robert Lund.", [(SHOPS, "Mira Olsen", "told")]),
    ("told somebody that", f"Mira Olsen told Bo Lund it was {BLOW}.", [(BLOW, "Mira Olsen", "told")]),
    ("tweeted", f"Mira Olsen tweeted: {FULL}", [(FULL, "Mira Olsen", "tweeted")]),
    ("past an opening", f"Asked in Brel on Monday, Mira Olsen called it {BLOW}.", [(BLOW, "Mira Olsen", "called")]),
    ("past a letter", f"In a letter to Bo Lund, Mira Olsen wrote that it was {BLOW}.", [(BLOW, "Mira Olsen", "wrote")]),
    ("passive", f"The rule was described by Mary Olsen as {BLOW}.", [(BLOW, "Mary Olsen", "described")]),
    ("attitude", "Mira Olsen wants a “fair and open” rule.", [("“fair and open”", "Mira Olsen", "wants")]),
    (
        "straight marks",
        '"It will hurt small shops," Mira Olsen said.',
        [('"It will hurt small shops,"', "Mira Olsen", "said")],
    ),
    (
        "single marks",
        "‘It will hurt small shops,’ said Mira Olsen.",
        [("‘It will hurt small shops,’", "Mira Olsen", "said")],
    ),
)
def test_the_cue_leads_to_the_speaker(text: str, expected: Expected) -> None:
    assert said(text) == expected


@cases(
    (
        "interrupted",
        "“The new rule,” Mira Olsen said, “will hurt small shops. We shall fight it.”",
        [
            ("“The new rule,”", "Mira Olsen", "said"),
            ("“will hurt small shops. We shall fight it.”", "Mira Olsen", "said"),
        ],
    ),
    (
        "interrupted, with an apposition",
        "“The new rule,” said Mira Olsen, who runs a shop, “will hurt small shops. We shall fight it.”",
        [
            ("“The new rule,”", "Mira Olsen", "said"),
            ("“will hurt small shops. We shall fight it.”", "Mira Olsen", "said"),
        ],
    ),
    (
        "goes on behind the clause",
        f"{SHOPS} Mira Olsen said on Monday. {FULL}",
        [(SHOPS, "Mira Olsen", "said"), (FULL, "Mira Olsen", None)],
    ),
    (
        "goes on in the next paragraphs",
        f"{SHOPS} Mira Olsen said.\n\n{FULL}\n\n“We shall fight it in every court.”",
        [
            (SHOPS, "Mira Olsen", "said"),
            (FULL, "Mira Olsen", None),
            ("“We shall fight it in every court.”", "Mira Olsen", None),
        ],
    ),
    (
        "two pieces of one clause",
        f"Mira Olsen said it was {BLOW} and “an insult to us all”.",
        [(BLOW, "Mira Olsen", "said"), ("“an insult to us all”", "Mira Olsen", "said")],
    ),
    (
        "two pieces before one clause",
        f"It was {BLOW} and “an insult to us all”, Mira Olsen said.",
        [(BLOW, "Mira Olsen", "said"), ("“an insult to us all”", "Mira Olsen", "said")],
    ),
    (
        "shared by two verbs",
        f"Mira Olsen welcomed the vote and said the rule was {BLOW}.",
        [(BLOW, "Mira Olsen", "said")],
    ),
    (
        "shared by a participle",
        f"Mira Olsen said the rule “will hurt small shops”, adding that it was {BLOW}.",
        [("“will hurt small shops”", "Mira Olsen", "said"), (BLOW, "Mira Olsen", "adding")],
    ),
    (
        "shared by three verbs",
        f"Mary Olsen denied it and called it {BLOW} and vowed to fight “every such lie”.",
        [(BLOW, "Mary Olsen", "called"), ("“every such lie”", "Mary Olsen", "vowed")],
    ),
    (
        "two speakers in one sentence",
        f"Mira Olsen praised the vote, and Robert Lund called it {BLOW}.",
        [(BLOW, "Robert Lund", "called")],
    ),
    (
        "two speakers in one paragraph",
        f"{SHOPS} Mira Olsen said. {FIGHT} Bo Lund added.",
        [(SHOPS, "Mira Olsen", "said"), (FIGHT, "Bo Lund", "added")],
    ),
    (
        "a paragraph that floats behind whom it is about",
        "Mira Olsen criticised the plan on Monday.\n\n“It will hurt small shops, and we shall fight it.”",
        [("“It will hurt small shops, and we shall fight it.”", "Mira Olsen", None)],
    ),
    (
        "a paragraph that floats behind a speaker",
        "Mira Olsen said she was against the plan.\n\n“It will hurt small shops, and we shall fight it.”",
        [("“It will hurt small shops, and we shall fight it.”", "Mira Olsen", None)],
    ),
    (
        "introduced by the sentence before",
        f"Mira Olsen was clear: {FULL}",
        [(FULL, "Mira Olsen", None)],
    ),
    (
        "over paragraphs, with a tail and a further quotation",
        f"Mira Olsen said: “It is long.\n\n“It will hurt small shops,” she added. {FULL}\n\n{FIGHT} said Bo Lund.",
        [
            ("“It is long.\n\n“It will hurt small shops,”", "Mira Olsen", "said"),
            (FULL, "Mira Olsen", None),
            (FIGHT, "Bo Lund", "said"),
        ],
    ),
)
def test_a_speaker_goes_on_until_another_speaks(text: str, expected: Expected) -> None:
    assert said(text) == expected


@cases(
    ("apposition behind", f"{SHOPS} said Mira Olsen, head of the League.", [(SHOPS, "Mira Olsen", "said")]),
    ("apposition between", f"{SHOPS} Mira Olsen, head of the League in Brel, said.", [(SHOPS, "Mira Olsen", "said")]),
    ("relative clause", f"Mira Olsen, who runs a shop, told us that it was {BLOW}.", [(BLOW, "Mira Olsen", "told")]),
    (
        "speaking in a relative clause",
        f"It was good for Mira Olsen, who called it {BLOW}.",
        [(BLOW, "Mira Olsen", "called")],
    ),
    ("name behind a role", f"The head of the League, Mira Olsen, said: {FULL}", [(FULL, "Mira Olsen", "said")]),
    (
        "name behind somebody's role",
        f"{SHOPS} Quillon’s head of trade, Mary Olsen, said.",
        [(SHOPS, "Mary Olsen", "said")],
    ),
    ("somebody's lawyer", f"{SHOPS} Mary Olsen’s lawyer, Robert Lund, said.", [(SHOPS, "Robert Lund", "said")]),
    ("age", f"{SHOPS} Mira Olsen, 47, said.", [(SHOPS, "Mira Olsen", "said")]),
    ("age in brackets", f"{SHOPS} Mira Olsen (47) said.", [(SHOPS, "Mira Olsen", "said")]),
    ("age and place", f"Mira Olsen (47) of Brel said it was {BLOW}.", [(BLOW, "Mira Olsen", "said")]),
    ("between dashes", f"Mira Olsen – a trader – said it was {BLOW}.", [(BLOW, "Mira Olsen", "said")]),
    ("one of several", f"One of those traders, Mira Olsen, said it was {BLOW}.", [(BLOW, "Mira Olsen", "said")]),
    ("of somewhere", f"{SHOPS} said Mary Olsen of the University of Brel.", [(SHOPS, "Mary Olsen", "said")]),
    ("title", f"{SHOPS} Sen. Mira Olsen said.", [(SHOPS, "Mira Olsen", "said")]),
    ("office", f"{SHOPS} said Trade Minister Mira Olsen.", [(SHOPS, "Mira Olsen", "said")]),
    ("office, small", f"{SHOPS} said trade minister Mira Olsen.", [(SHOPS, "Mira Olsen", "said")]),
    ("former office", f"{SHOPS} said former Deputy Prime Minister Mira Olsen.", [(SHOPS, "Mira Olsen", "said")]),
    ("role", f"{SHOPS} ministry spokeswoman Mary Olsen said.", [(SHOPS, "Mary Olsen", "said")]),
    ("initials", f"{SHOPS} said J. K. Olsen.", [(SHOPS, "J. K. Olsen", "said")]),
    ("middle initial", f"{SHOPS} said Mira K. Olsen.", [(SHOPS, "Mira K. Olsen", "said")]),
    ("suffix", f"{SHOPS} said Robert Lund Jr.", [(SHOPS, "Robert Lund", "said")]),
    ("letters behind", f"{SHOPS} said Mary Olsen MP.", [(SHOPS, "Mary Olsen", "said")]),
    ("particle", f"{SHOPS} said Ludovica dos Santos.", [(SHOPS, "Ludovica dos Santos", "said")]),
    ("Arabic", f"Ahmad bin Salim al-Rashid said: {FULL}", [(FULL, "Ahmad bin Salim al-Rashid", "said")]),
    ("Chinese", f"{SHOPS} Chen Yulan said.", [(SHOPS, "Chen Yulan", "said")]),
    ("pinyin", f"{SHOPS} said Zhāng Wěi-Ling.", [(SHOPS, "Zhāng Wěi-Ling", "said")]),
    ("Vietnamese", f"{SHOPS} said Nguyễn Thị Hạnh, a trader.", [(SHOPS, "Nguyễn Thị Hạnh", "said")]),
    ("Polish", f"{SHOPS} said Łukasz Żeleński.", [(SHOPS, "Łukasz Żeleński", "said")]),
    ("French", f"{SHOPS} said Jean-Luc Béranger.", [(SHOPS, "Jean-Luc Béranger", "said")]),
    ("Irish", f"{SHOPS} said Mary O’Hara.", [(SHOPS, "Mary O’Hara", "said")]),
)
def test_the_speaker_is_the_name_without_titles_and_appositions(text: str, expected: Expected) -> None:
    assert said(text) == expected


@cases(
    ("surname", f"Mira Olsen leads the traders.\n\n{SHOPS} Olsen said.", [(SHOPS, "Mira Olsen", "said")]),
    (
        "surname with a title",
        f"Mira Olsen leads the traders.\n\n{SHOPS} Ms Olsen said.",
        [(SHOPS, "Mira Olsen", "said")],
    ),
    (
        "surname with an initial before",
        f"{SHOPS} said Mira K. Olsen.\n\n{FIGHT} Olsen added.",
        [(SHOPS, "Mira K. Olsen", "said"), (FIGHT, "Mira K. Olsen", "added")],
    ),
    (
        "surname with particles",
        f"{SHOPS} said Mira van der Olsen.\n\n{FIGHT} van der Olsen added.",
        [(SHOPS, "Mira van der Olsen", "said"), (FIGHT, "Mira van der Olsen", "added")],
    ),
    (
        "surname before the full name",
        f"{SHOPS} Mr de la Cruz said. Juan de la Cruz runs a shop.",
        [(SHOPS, "Juan de la Cruz", "said")],
    ),
    (
        "surname of two words",
        f"{SHOPS} said Mary Olsen-Lund.\n\n{FIGHT} Olsen-Lund said.",
        [(SHOPS, "Mary Olsen-Lund", "said"), (FIGHT, "Mary Olsen-Lund", "said")],
    ),
    (
        "family name first",
        f"{SHOPS} Chen Yulan said.\n\n{FIGHT} Chen said.",
        [(SHOPS, "Chen Yulan", "said"), (FIGHT, "Chen Yulan", "said")],
    ),
    (
        "two of one surname: whoever was named last",
        f"{SHOPS} said Mary Lund.\n\nRobert Lund was there too.\n\n{FIGHT} Lund said.",
        [(SHOPS, "Mary Lund", "said"), (FIGHT, "Robert Lund", "said")],
    ),
    (
        "two of one surname, with titles",
        f"Mary Lund met Robert Lund.\n\n{SHOPS} Mary Lund said.\n\n{FIGHT} Robert Lund said.",
        [(SHOPS, "Mary Lund", "said"), (FIGHT, "Robert Lund", "said")],
    ),
    (
        "firm by its first word",
        f"Halden Optics makes cameras.\n\n{SHOPS} Halden said.",
        [(SHOPS, "Halden Optics", "said")],
    ),
)
def test_a_short_form_is_resolved_to_the_fullest_one(text: str, expected: Expected) -> None:
    assert said(text) == expected


@cases(
    (
        "by gender",
        f"Mary Olsen spoke after Robert Lund.\n\n{SHOPS} she said.\n\n{FIGHT} he replied.",
        [(SHOPS, "Mary Olsen", "said"), (FIGHT, "Robert Lund", "replied")],
    ),
    (
        "by gender, the object first",
        f"Mary Olsen met Robert Lund on Monday. He said: {FULL} She answered: “It will help all of us.”",
        [(FULL, "Robert Lund", "said"), ("“It will help all of us.”", "Mary Olsen", "answered")],
    ),
    ("by a title", f"Mrs Olsen runs a shop. {SHOPS} she said.", [(SHOPS, "Olsen", "said")]),
    (
        "of a name that no list knows",
        f"Mirelka Olsen leads the traders. {SHOPS} she said. {FULL}",
        [(SHOPS, "Mirelka Olsen", "said"), (FULL, "Mirelka Olsen", None)],
    ),
    (
        "past a paragraph about something else",
        f"{SHOPS} Mary Olsen said.\n\nThe vote comes on Monday.\n\n{FIGHT} she said.",
        [(SHOPS, "Mary Olsen", "said"), (FIGHT, "Mary Olsen", "said")],
    ),
    ("before the name", f"{SHOPS} she said.\n\nMary Olsen runs a shop.", [(SHOPS, "Mary Olsen", "said")]),
    ("it", f"Quillon said it would wait. {SHOPS} it said.", [(SHOPS, "Quillon", "said")]),
    ("nobody", f"{SHOPS} she said.", [(SHOPS, None, "said")]),
    ("nobody of that gender", f"Robert Lund left. {SHOPS} she said.", [(SHOPS, None, "said")]),
    ("inverted", f"Mary Olsen left. {SHOPS} said she.", [(SHOPS, "Mary Olsen", "said")]),
)
def test_a_pronoun_is_resolved_by_gender_and_nearness(text: str, expected: Expected) -> None:
    assert said(text) == expected


@cases(
    ("role", f"Trade minister Mira Olsen came to Brel.\n\n{SHOPS} the minister said.", [(SHOPS, "Mira Olsen", "said")]),
    (
        "role in an apposition",
        f"Mary Olsen, the trade minister, met Bob Lund, a lawyer. {SHOPS} the lawyer said. {FIGHT} the minister said.",
        [(SHOPS, "Bob Lund", "said"), (FIGHT, "Mary Olsen", "said")],
    ),
    (
        "unnamed official",
        f"A senior trade official spoke on Monday. {SHOPS} the official said.",
        [(SHOPS, "A senior trade official", "said")],
    ),
    (
        "firm",
        f"Halden Optics makes cameras in Tessaly.\n\n{SHOPS} the company said.",
        [(SHOPS, "Halden Optics", "said")],
    ),
    (
        "firm by its trade",
        f"Quillon Networks, the router maker, sells in Tessaly. {SHOPS} the router maker said.",
        [(SHOPS, "Quillon Networks", "said")],
    ),
    (
        "ministry",
        f"The Foreign Ministry of Tessaly said it was {BLOW}. {FIGHT} the ministry said.",
        [(BLOW, "Foreign Ministry of Tessaly", "said"), (FIGHT, "Foreign Ministry of Tessaly", "said")],
    ),
    (
        "department",
        f"{SHOPS} the Commerce Department said. {FIGHT} the department added.",
        [(SHOPS, "Commerce Department", "said"), (FIGHT, "Commerce Department", "added")],
    ),
    (
        "league with an apostrophe",
        f"{SHOPS} the Tessaly Traders’ League warned. {FIGHT} the League said.",
        [(SHOPS, "Tessaly Traders’ League", "warned"), (FIGHT, "Tessaly Traders’ League", "said")],
    ),
    (
        "somebody's ministry",
        f"China’s foreign ministry said it was {BLOW}.",
        [(BLOW, "China’s foreign ministry", "said")],
    ),
    (
        "the same ministry by an adjective",
        f"China’s foreign ministry was silent. {SHOPS} the Chinese foreign ministry said at last.",
        [(SHOPS, "China’s foreign ministry", "said")],
    ),
    ("capital for a government", f"{SHOPS} Beijing said.", [(SHOPS, "Beijing", "said")]),
    ("organisation", f"Halden Optics said on Monday: {FULL}", [(FULL, "Halden Optics", "said")]),
    ("justice", f"{SHOPS} the Justice Department said.", [(SHOPS, "Justice Department", "said")]),
)
def test_roles_and_bodies_are_resolved_to_a_name(text: str, expected: Expected) -> None:
    assert said(text) == expected


@cases(
    ("bare spokesman", f"Halden Optics makes cameras. A spokesman said: {FULL}", [(FULL, "Halden Optics", "said")]),
    (
        "company spokeswoman",
        f"Quillon sells routers. {SHOPS} a company spokeswoman said.",
        [(SHOPS, "Quillon", "said")],
    ),
    (
        "spokesman of somebody",
        f"{SHOPS} a spokeswoman for Halden Optics said.",
        [(SHOPS, "Halden Optics", "said")],
    ),
    ("spokesman of a person", f"Mira Olsen’s spokesman said: {FULL}", [(FULL, "Mira Olsen’s spokesman", "said")]),
    ("spokesman of nobody", f"{SHOPS} a spokesman said.", [(SHOPS, "a spokesman", "said")]),
    ("unnamed source", f"{SHOPS} said a senior Tessaly source.", [(SHOPS, "a senior Tessaly source", "said")]),
    (
        "familiar with",
        f"A person familiar with the talks said it was {BLOW}.",
        [(BLOW, "A person familiar with the talks", "said")],
    ),
    (
        "briefed on",
        f"{SHOPS} said two officials briefed on the talks.",
        [(SHOPS, "two officials briefed on the talks", "said")],
    ),
    (
        "who asked not to be named",
        f"{SHOPS} an official, who asked not to be named, said.",
        [(SHOPS, "an official", "said")],
    ),
    ("one of", f"{SHOPS} said one of the traders.", [(SHOPS, "one of the traders", "said")]),
    (
        "one alone",
        f"Two officials met in Brel. {SHOPS} said one.",
        [(SHOPS, "one of two officials", "said")],
    ),
    ("critics", f"{SHOPS} critics say.", [(SHOPS, "critics", "say")]),
    ("somebody's family", f"The victim’s family said it was {BLOW}.", [(BLOW, "The victim’s family", "said")]),
    ("a letter", f"{SHOPS} the letter said.", [(SHOPS, "the letter", "said")]),
)
def test_the_unnamed_speak_by_their_phrase_or_for_their_body(text: str, expected: Expected) -> None:
    assert said(text) == expected


@cases(
    ("dash", f"{FULL} — Mira Olsen", [(FULL, "Mira Olsen", None)]),
    ("dash and apposition", f"{FULL} – Mira Olsen, head of the League", [(FULL, "Mira Olsen", None)]),
)
def test_a_name_behind_a_dash_signs_a_quotation(text: str, expected: Expected) -> None:
    assert said(text) == expected


@cases(
    ("behind", f"{SHOPS} the Tessaly Times quoted Mira Olsen as saying.", [(SHOPS, "Mira Olsen", "quoted")]),
    ("before", f"The Tessaly Times quoted Mira Olsen as saying: {FULL}", [(FULL, "Mira Olsen", "quoted")]),
    (
        "before, by a role",
        f"The Tessaly Times quoted trade minister Mira Olsen, who was in Brel, as saying: {FULL}",
        [(FULL, "Mira Olsen", "quoted")],
    ),
    (
        "before, by a pronoun",
        f"Mary Olsen was there. The Tessaly Times quoted her as saying: {FULL}",
        [(FULL, "Mary Olsen", "quoted")],
    ),
    ("told a newspaper", f"{SHOPS} Mira Olsen told the Tessaly Times.", [(SHOPS, "Mira Olsen", "told")]),
    (
        "in an interview",
        f"{SHOPS} Mira Olsen said in an interview with Robert Lund of the Tessaly Times.",
        [(SHOPS, "Mira Olsen", "said")],
    ),
    ("the newspaper itself", f"{SHOPS} the Tessaly Times wrote.", [(SHOPS, "Tessaly Times", "wrote")]),
)
def test_a_newspaper_that_quotes_is_not_the_speaker(text: str, expected: Expected) -> None:
    assert said(text) == expected


@cases(
    (
        "alone",
        "“Nobody knows what the rule means for us.”",
        [("“Nobody knows what the rule means for us.”", None, None)],
    ),
    ("a so-called thing", "The so-called “shop rule” passed on Monday.", [("“shop rule”", None, None)]),
    ("a song", "They sang “The Long Road” at the port on Monday.", [("“The Long Road”", None, None)]),
    ("a thing does not speak", "The long road was “not for the old”.", [("“not for the old”", None, None)]),
)
def test_nobody_says_it(text: str, expected: Expected) -> None:
    assert said(text) == expected
