"""How pages look, on a screen and in print, in light and in dark. Text has a contrast of 4.5 or more (WCAG 2, AA)."""

from pipeline.html_page import DARK, LIGHT, variables

_COLOURS = f"""
:root {{
  color-scheme: light dark; {variables(LIGHT)}
  --accent: #1b5fa8; --good: #1c6629; --bad: #a0234a; --mark: #fbeeb0;
}}
@media (prefers-color-scheme: dark) {{
  :root {{ {variables(DARK)} --accent: #86b9f0; --good: #8fd69a; --bad: #f5a3b8; --mark: #564b12; }}
}}
"""

_RULES = """
* { box-sizing: border-box; }
body {
  font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem;
  background: var(--page); color: var(--text);
}
h1 { font-size: 1.5rem; margin: .5rem 0; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; } h3 { font-size: 1rem; }
p { max-width: 44rem; } .quiet, figcaption { color: var(--quiet); } .verdict { font-size: 1.15rem; }
a { color: var(--accent); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .75rem; margin: 1rem 0; }
.card { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
.card h2 { margin: 0; font-size: 1rem; color: var(--quiet); font-weight: normal; }
.card strong { display: block; font-size: 2rem; line-height: 1.2; color: var(--accent); }
.card ul { margin: .25rem 0; padding-left: 1.1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } thead th { background: var(--soft); }
tbody th { font-weight: normal; }
.config { table-layout: fixed; width: 100%; font-family: ui-monospace, monospace; }
.config td, .config th { text-align: left; white-space: normal; overflow-wrap: anywhere; }
figure { margin: 1rem 0; } .chart { width: 100%; min-height: 3rem; }
.chart [class*="role-axis"] text, .chart [class*="role-legend"] text, .chart [class*="role-title"] text {
  fill: var(--text);
}
.chart [class*="role-axis"] line, .chart [class*="role-axis"] path { stroke: var(--line); }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--accent); }
ol.quotes { list-style: none; padding: 0; }
ol.quotes > li { border-left: .25rem solid var(--line); padding: .1rem 0 .1rem .75rem; margin: 0 0 1rem; }
ol.quotes p { margin: .15rem 0; overflow-wrap: anywhere; }
mark { background: var(--mark); color: inherit; } .good { color: var(--good); } .bad { color: var(--bad); }
@media print {
  :root {
    color-scheme: light; --page: #fff; --text: #000; --quiet: #444; --line: #bbb; --soft: #eee; --accent: #1b5fa8;
    --good: #1c6629; --bad: #a0234a; --mark: #fbeeb0;
  }
  nav, summary { display: none; } figure, .card, li { break-inside: avoid; } body { max-width: none; font-size: 11pt; }
}
"""

STYLE = _COLOURS + _RULES
