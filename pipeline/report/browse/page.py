"""The page of a scored corpus: cards, a form of filters, months, speakers and quotations.

Its script draws them from a document in the page, and again with each change of a filter. Texts get into the page as
text nodes alone, and the content security policy allows no script but ours and no address at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files

from pipeline.findings.actors import Actor
from pipeline.findings.countable import countable
from pipeline.findings.counting import Count, Unit, count_units
from pipeline.findings.intervals import stance_shares
from pipeline.findings.scored import ScoredCorpus
from pipeline.records import LABELS, Estimate
from pipeline.report import charts
from pipeline.report.browse.data import Document, as_json, document
from pipeline.report.data_tables import data_tables
from pipeline.report.parts import card, page
from pipeline.report.scripts import Script, libraries, scripted

COUNTED: Mapping[Count, tuple[str, str]] = {
    "mention": ("quotes", "every quotation"),
    "utterance": ("remarks", "every remark, however many articles carry it"),
    "actor-day": ("speaker-days", "every speaker once a day and target"),
    "actor-month": ("speaker-months", "every speaker once a month and target"),
}
"""What is counted, in one word and in a few, for people."""

_SCRIPTS = ("filters.js", "figures.js", "tables.js", "page.js")


def browse_page(
    corpus: ScoredCorpus,
    *,
    count: Count = "mention",
    actors: Mapping[str, Actor] | None = None,
    title: str = "Who said what",
    notes: Sequence[str] = (),
) -> str:
    """Return one HTML file with the quotations of a scored corpus.

    Parameters
    ----------
    corpus
        With its articles, where quotations are to have links.
    count
        What shares and counts are over; the list holds every quotation all the same.
    actors
        By row id; None attributes rows by their speakers.
    notes
        Lines about the whole, beside the corpus's own warnings.
    """
    rows, left_out = countable(corpus)
    remarks = [*corpus.warnings, *left_out, *notes]
    style = _resource("page.css")
    if not rows:
        return page(title, f"<p>There is no quotation in these tables.</p>{_list(remarks)}", style=style)
    units = count_units(rows, count, actors=actors)
    data = document(units, corpus.articles) | {"noun": COUNTED[count][0]}
    told = [_SKIP, _cards(units, count), _list(remarks), _form(data), _FOUND, _months(data), _SPEAKERS, _QUOTES]
    body = "\n".join((*told, _method(count)))
    script = Script("\n".join(map(_resource, _SCRIPTS)), module=True)
    elements, policy = scripted(libraries(), data_tables(), script)
    embedded = "\n".join(
        f'<script type="application/json" id="{key}">{as_json(value)}</script>'
        for key, value in (("data", data), ("months-spec", charts.months(data["noun"])))
    )
    return page(title, body, scripts=f"{embedded}\n{elements}", policy=policy, style=style)


def _resource(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _list(lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul class="quiet remarks">{items}</ul>' if items else ""


def _cards(units: Sequence[Unit], count: Count) -> str:
    """Return the boxes on top: how much there is, and the share of each stance over all of it."""
    rows = [row for unit in units for row in unit.rows]
    shares = stance_shares(units)
    articles = len({row.article_id for row in rows})
    named = len({unit.actor for unit in units if unit.actor})
    first = [f"in {articles:,} articles of {len({row.outlet for row in rows if row.outlet}):,} outlets",
             f"{named:,} named speakers"]  # fmt: skip
    if dates := sorted(row.date for row in rows if row.date):
        first.append(f"{dates[0]} to {dates[-1]}")
    if count != "mention":
        first.append(f"{len(units):,} {COUNTED[count][0]}")
    boxes = [card("quotes", f"{len(rows):,}", first)]
    boxes += [card(label, _percent(shares[label]), [_interval(shares[label])]) for label in reversed(LABELS)]
    return f'<section aria-label="The whole at a glance" class="cards">\n{"".join(boxes)}\n</section>'


def _percent(share: Estimate) -> str:
    return f"{share.value:.0%}".replace("%", " %")


def _interval(share: Estimate) -> str:
    return f"{100 * share.low:.0f} to {100 * share.high:.0f} %"


def _form(data: Document) -> str:
    speakers = "".join(
        f'<option value="{escape(name)}">' for name in dict.fromkeys(speaker["name"] for speaker in data["speakers"])
    )
    stances = "".join(
        f'<label><input type="checkbox" name="stance" value="{label}"> {label}</label>' for label in reversed(LABELS)
    )
    months = data["months"]["every"]
    bounds = (
        f'pattern="[0-9]{{4}}-[0-9]{{2}}" placeholder="2032-03" min="{months[0]}" max="{months[-1]}"' if months else ""
    )
    dates = "".join(
        f'<div><label for="f-{name}">{title}</label><input type="month" id="f-{name}" name="{name}" {bounds}></div>'
        for name, title in (("from", "From month"), ("to", "To month"))
    )
    return f"""<form id="filter" role="search" aria-label="Filter the quotes" autocomplete="off">
<div class="fields">
<div class="wide-field"><label for="f-text">Words in the quote, its sentence, speaker or title</label>
<input type="search" id="f-text" name="text"></div>
<div><label for="f-speaker">Speaker</label>
<input type="search" id="f-speaker" name="speaker" list="speaker-names">
<datalist id="speaker-names">{speakers}</datalist></div>
{_choice("target", "Target", data["targets"])}
{_choice("outlet", "Outlet", data["outlets"])}
{dates if months else ""}
<div><label for="f-confidence">Confidence at least <output id="least" for="f-confidence">0</output> %</label>
<input type="range" id="f-confidence" name="confidence" min="0" max="99" step="1" value="0"></div>
</div>
<fieldset><legend>Stance</legend>{stances}</fieldset>
<input type="hidden" name="quote"><input type="hidden" name="sort">
</form>"""


def _choice(name: str, title: str, values: Sequence[str]) -> str:
    options = "".join(f'<option value="{escape(value)}">{escape(value)}</option>' for value in values)
    return (
        f'<div><label for="f-{name}">{title}</label><select id="f-{name}" name="{name}">'
        f'<option value="">any</option>{options}</select></div>'
    )


_SKIP = '<a class="skip" id="skip" href="#">To the quotes</a>'

_FOUND = """<div class="found">
<p id="status" role="status"></p> <button type="button" id="all" hidden>Show all</button>
</div>
<div id="shares"></div>
<noscript><p>The tables need JavaScript; <code>stance summary</code> writes them as text or CSV.</p></noscript>"""


def _months(data: Document) -> str:
    unknown = data["months"]["unknown"]
    left = f" {unknown:,} quotes without a month are not in it." if unknown else ""
    key = "".join(f'<li class="{label.removesuffix("-restriction")}">{label}</li>' for label in reversed(LABELS))
    if not data["months"]["every"]:
        return '<section aria-labelledby="h-months"><h2 id="h-months">Months</h2><p>No quote has a date.</p></section>'
    return f"""<section aria-labelledby="h-months">
<h2 id="h-months">Months</h2>
<figure><ul class="key" aria-hidden="true">{key}</ul>
<div id="months" class="chart" role="img" aria-label="Stances by month; the numbers stand in the table below"></div>
<figcaption>Stances by month. Grey months have no quote in these tables: that is no data, not a zero.{left}</figcaption>
</figure>
<details><summary>Numbers by month</summary>
<div class="wide" tabindex="0" role="region" aria-label="Numbers by month">
<table id="months-table"><thead><tr><th scope="col">Month</th>
{"".join(f'<th scope="col">{label}</th>' for label in reversed(LABELS))}</tr></thead>
<tbody id="months-rows"></tbody></table></div></details>
</section>"""


_SPEAKERS = """<section aria-labelledby="h-speakers">
<h2 id="h-speakers">Speakers</h2>
<table id="speakers-table" class="dataTable" aria-labelledby="h-speakers"></table>
</section>"""

_QUOTES = """<section id="quotes" aria-labelledby="h-quotes">
<h2 id="h-quotes" tabindex="-1">Quotes</h2>
<p class="quiet how">A heading sorts. A speaker or target filters. “link” leads to one quote; from there arrow keys go
to the others.</p>
<table id="quotes-table" class="dataTable" aria-labelledby="h-quotes"></table>
</section>"""


def _method(count: Count) -> str:
    return f"""<section aria-labelledby="h-method">
<h2 id="h-method">How to read this</h2>
<p class="quiet">Quotations, speakers and stances were found by a program and may be wrong; a stance is the likeliest of
three labels, its confidence the probability that the model gives it. Counts and shares are over {COUNTED[count][1]}.
Intervals hold with 95 % confidence for the draw of articles, not for errors of the model: Wilson’s, for the number of
independent quotations that would tell as much as these, since those of one article are alike. Where nothing tells how
alike they are, because there is one article, or one stance, each article counts once. <code>stance estimate</code>
corrects shares for errors of the model.</p>
</section>"""
