"""Colours and style sheet of the page. Every pair of text and background has a contrast of 4.5 or more (WCAG 2, AA)."""

from __future__ import annotations

from typing import NamedTuple

from pipeline import html_page
from pipeline.html_page import Colours, variables


class Tint(NamedTuple):
    """The colours of one speaker.

    Parameters
    ----------
    back, ink
        Behind the words that are said, and of the label and the mention.
    """

    back: str
    ink: str


class Theme(NamedTuple):
    """Colours of the page, and of its speakers in order; the last tint is for speech without a speaker."""

    colours: Colours
    on_ink: str
    tints: tuple[Tint, ...]


LIGHT = Theme(
    html_page.LIGHT,
    on_ink="#ffffff",
    tints=(
        Tint("#d3e5fc", "#1b57a0"),
        Tint("#fde2c6", "#8a4300"),
        Tint("#d3f0d2", "#1c6629"),
        Tint("#e8dbf9", "#6636a5"),
        Tint("#faeea6", "#655400"),
        Tint("#c8edee", "#0a5f61"),
        Tint("#fcd9e1", "#a0234a"),
        Tint("#e8e3cf", "#58522f"),
        Tint("#e3e6ea", "#47525d"),
    ),
)

DARK = Theme(
    html_page.DARK,
    on_ink="#10151a",
    tints=(
        Tint("#173a66", "#9cc5fb"),
        Tint("#573310", "#ffbf80"),
        Tint("#1c4723", "#9bdca0"),
        Tint("#432b6c", "#cdb0ff"),
        Tint("#4d440d", "#e8d25e"),
        Tint("#0f484a", "#82dcdc"),
        Tint("#5e1e33", "#ffa9bf"),
        Tint("#423f2a", "#d3cda6"),
        Tint("#353d46", "#b9c3cd"),
    ),
)

SPEAKERS = len(LIGHT.tints) - 1
"""So many speakers have a colour of their own; the next one takes the first again."""


def _variables(theme: Theme) -> str:
    tints = " ".join(f"--back{i}: {tint.back}; --ink{i}: {tint.ink};" for i, tint in enumerate(theme.tints))
    return f"{variables(theme.colours)} --on-ink: {theme.on_ink}; {tints}"


def _tints() -> str:
    return "\n".join(f".v{i} {{ --back: var(--back{i}); --ink: var(--ink{i}); }}" for i in range(SPEAKERS + 1))


# Dark colours are for screens alone: paper is light.
STYLE = f"""
:root {{ color-scheme: light; {_variables(LIGHT)} }}
@media screen and (prefers-color-scheme: dark) {{
:root {{ color-scheme: dark; {_variables(DARK)} }}
}}
{_tints()}
* {{ box-sizing: border-box; }}
html {{ scroll-padding-top: 4rem; }}
body {{ margin: 0 auto; padding: 1rem 1rem 3rem; max-width: 46rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }}
h1 {{ font-size: 1.6rem; line-height: 1.25; margin: .25rem 0; text-wrap: balance; }}
h2 {{ font-size: 1.3rem; line-height: 1.3; margin: .25rem 0; }} h3 {{ font-size: 1.05rem; margin: 1.5rem 0 .5rem; }}
h1 + h2, .side h2 {{ font-size: 1.05rem; margin: 1.5rem 0 .5rem; }}
a {{ color: inherit; }}
:focus-visible {{ outline: 3px solid var(--ink, var(--ink0)); outline-offset: 2px; border-radius: .2rem; }}
.quiet, .meta {{ color: var(--quiet); margin: .25rem 0; }}
.skip {{ position: absolute; left: -99rem; }}
.skip:focus {{ position: static; }}
.key {{ background: var(--soft); border-radius: .5rem; padding: .5rem .9rem; margin: .75rem 0 1.5rem;
  font-size: .9rem; }}
.key summary {{ cursor: pointer; font-weight: 600; }}
.key ul {{ list-style: none; margin: .5rem 0 .25rem; padding: 0; display: flex; flex-wrap: wrap; gap: .35rem 1.5rem; }}
.voices {{ list-style: none; margin: 1rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem .6rem; }}
.voices li {{ border: 1px solid var(--line); border-radius: .5rem; padding: .15rem .6rem .15rem .4rem;
  font-size: .9rem; }}
.text p {{ font: 1.06rem/1.75 Georgia, "Noto Serif", "DejaVu Serif", serif; margin: 0 0 1.1rem;
  white-space: pre-line; }}
.text .headline {{ font-weight: bold; }}
.text .caption {{ font-size: .95rem; border-left: 3px solid var(--line); padding-left: .75rem; }}
.region {{ display: block; font: .75rem/1.4 system-ui, sans-serif; color: var(--quiet); letter-spacing: .03em; }}
mark {{ background: var(--back); color: inherit; padding: .12em 0; -webkit-box-decoration-break: clone;
  box-decoration-break: clone; }}
mark.term {{ background: none; border-bottom: 2px dashed var(--ink); }}
mark.indirect, mark.block {{ border-bottom: 2px solid var(--ink); }}
.content {{ border-bottom: 2px dotted var(--ink); }}
u {{ text-decoration: underline 2px; text-underline-offset: .22em; }}
.speaker {{ color: var(--ink); }}
.label {{ background: var(--ink); color: var(--on-ink);
  font: 600 .72rem/1.35 system-ui, sans-serif;
  padding: 0 .35em; border-radius: .3em; text-decoration: none; vertical-align: .15em; margin: 0 .15em 0 0;
  text-indent: 0; font-style: normal; }}
.speaker .label {{ background: none; color: var(--ink); padding: 0 0 0 .1em; vertical-align: .45em; margin: 0; }}
.list {{ list-style: none; margin: 0; padding: 0; }}
.list > li {{ border-top: 1px solid var(--line); padding: .55rem .4rem; }}
.list p {{ margin: 0 0 .1rem; }}
.list q {{ quotes: none; color: var(--quiet); }}
.list .facts {{ font-size: .88rem; color: var(--quiet); }}
details.more {{ font-size: .85rem; }}
details.more summary {{ cursor: pointer; color: var(--quiet); width: max-content; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .1rem .75rem; margin: .35rem 0; }}
dt {{ color: var(--quiet); }} dd {{ margin: 0; min-width: 0; overflow-wrap: anywhere; }}
:target {{ outline: 3px solid var(--ink, var(--ink0)); outline-offset: 2px; border-radius: .2rem; }}
nav ol {{ padding-left: 1.75rem; }}
article + article {{ border-top: 4px solid var(--line); margin-top: 2.5rem; padding-top: 1.5rem; }}
footer {{ margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .5rem; font-size: .85rem; }}
@media screen {{
  /* What a label is about, at the lower edge: it needs no room in the text and no script. */
  .text .label:hover::after, .text .label:focus-visible::after, h1 .label:hover::after, h2 .label:hover::after {{
    content: attr(data-about); position: fixed; z-index: 1; left: 0; right: 0; bottom: 0; padding: .6rem 1rem;
    background: var(--text); color: var(--page); font: .9rem/1.4 system-ui, sans-serif; white-space: normal; }}
}}
@media screen and (min-width: 66rem) {{
  body {{ max-width: 74rem; padding: 1.5rem 2rem 4rem; }}
  .columns {{ display: grid; grid-template-columns: minmax(0, 42rem) minmax(17rem, 1fr); gap: 2.5rem; }}
  .side {{ position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow-y: auto; align-self: start;
    padding-left: .25rem; }}
  .side h2, .side h3 {{ margin-top: 0; }}
}}
@media (forced-colors: active) {{ mark, .label {{ outline: 1px solid; }} }}
@media print {{
  body {{ max-width: none; padding: 0; font-size: 10.5pt; }}
  mark, .label {{ -webkit-print-color-adjust: exact; print-color-adjust: exact; }}
  .skip, nav, details.more {{ display: none; }}
  article + article {{ break-before: page; }}
  .list > li, h1, h2, h3, .voices li {{ break-inside: avoid; }} h1, h2, h3 {{ break-after: avoid; }}
}}
"""
