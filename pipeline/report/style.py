"""How pages look."""

STYLE = """
:root { color-scheme: light dark; --line: #d5d9de; --soft: #f3f5f7; --quiet: #5a6470; --accent: #1b5fa8; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a424c; --soft: #20262d; --quiet: #a3adb8; --accent: #86b9f0; }
}
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: .5rem 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { max-width: 44rem; } .quiet { color: var(--quiet); }
.cards { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
.card { flex: 1 1 13rem; border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
.card strong { display: block; font-size: 2rem; line-height: 1.2; color: var(--accent); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } thead th { background: var(--soft); }
img { display: block; max-width: 100%; height: auto; background: #fff; border-radius: .5rem; }
.config { table-layout: fixed; width: 100%; font-family: ui-monospace, monospace; }
.config td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
"""
