// The two tables. Cells are built from nodes and text alone: no text of an article is ever read as HTML.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

const link = (params, ...children) => element("a", {href: `#${new URLSearchParams(params)}`}, ...children);

// A cell: what is shown, what it sorts by, and the heading that a narrow screen shows beside it.
const column = (name, order, show, more = {}) => ({
  title: name, data: null, type: "num", className: more.left ? "left" : "",
  render: (row, kind) => (kind === "display" ? show(row) : order(row)),
  cellType: more.heading ? "th" : "td",
  createdCell: (cell) => {
    cell.dataset.name = name;
    cell.setAttribute("role", more.heading ? "rowheader" : "cell"); // a narrow screen lays tables out as blocks
    if (more.heading) cell.scope = "row";
  },
  ...more.options,
});

function bar(counts) {
  const n = sum(counts);
  const told = [PRO, NEUTRAL, ANTI].map((s) => `${SHORT[s]} ${percent(counts[s] / n)}`).join(", ");
  const made = element("span", {class: "bar", role: "img", "aria-label": told, title: told});
  for (const stance of [PRO, NEUTRAL, ANTI]) {
    const part = element("i", {class: SHORT[stance]});
    part.style.flexGrow = counts[stance];
    if (counts[stance]) made.append(part);
  }
  return made;
}

function stanceCell(quote) {
  const {stance} = quote;
  return element("span", {}, element("span", {class: `stance ${SHORT[stance]}`}, data.labels[stance]),
    counted(quote) === stance ? "" : element("small", {class: "quiet"}, `counts as ${data.labels[counted(quote)]}`));
}

function speakerCell({speaker}) {
  const {name, facts, known} = data.speakers[speaker];
  return element("span", {}, known ? link({speaker: name}, name) : element("span", {class: "quiet"}, name),
    facts ? element("small", {class: "quiet"}, facts) : "");
}

const speakerColumns = [
  column("Speaker", (row) => row.speaker, speakerCell, {left: true, heading: true}),
  column(data.noun[0].toUpperCase() + data.noun.slice(1), (row) => row.n, (row) => String(row.n)),
  column("Articles", (row) => row.articles, (row) => String(row.articles)),
  column("Stances", (row) => (row.counts[PRO] - row.counts[ANTI]) / row.n, (row) => bar(row.counts)),
  ...[PRO, NEUTRAL, ANTI].map((s) => column(SHORT[s][0].toUpperCase() + SHORT[s].slice(1), (row) => row.counts[s],
    (row) => String(row.counts[s]))),
  ...[PRO, ANTI].map((s) => column(`Share ${SHORT[s]}`, (row) => row.counts[s] / row.n,
    (row) => share(row.units, s))),
];

function quoteCell({id, article, before, text, after}) {
  const title = article.url
    ? element("a", {href: article.url, rel: "noopener noreferrer"}, article.title)
    : element("cite", {}, article.title);
  return element("div", {class: "quote"},
    element("p", {dir: "auto"}, before, element("mark", {}, text), after),
    element("p", {class: "quiet"}, title, article.outlet ? `, ${article.outlet}` : "",
      article.date ? ", " : ", no date", article.date ? element("time", {datetime: article.date}, article.date) : "", " ",
      element("a", {href: `#${new URLSearchParams({quote: id})}`, class: "own", "aria-label": "Link to this quote"}, "link")));
}

function sureCell({p, confidence, abstained}) {
  return element("span", {}, confidence.toFixed(2), bar(p.map((value) => value || 0)),
    abstained ? element("small", {class: "quiet"}, "left open") : "");
}

const targetCell = (row) => link({target: data.targets[row.target]}, data.targets[row.target]);

const quoteColumns = [
  column("Quote", (row) => row.index, quoteCell, {left: true, heading: true, options: {orderable: false}}),
  column("Speaker", (row) => row.speaker, speakerCell, {left: true}),
  column("Target", (row) => row.target, targetCell, {left: true, options: {visible: data.targets.length > 1}}),
  column("Stance", (row) => row.stance, stanceCell, {left: true}),
  column("Confidence", (row) => row.confidence, sureCell),
  column("Date", (row) => day(row.article.date), (row) => row.article.date || "none"),
];

const makeTable = (id, columns, rows, length, order, noun) => new DataTable(`#${id}`, {
  data: rows, columns, order, pageLength: length, autoWidth: false, deferRender: true, orderMulti: false,
  createdRow: (row) => row.setAttribute("role", "row"),
  lengthMenu: [10, 25, 50, 100], searching: true,
  layout: {topStart: null, topEnd: null, bottomStart: ["info", "pageLength"], bottomEnd: {paging: {type: "simple_numbers"}}},
  language: {
    info: `_START_ to _END_ of _TOTAL_ ${noun}`, infoEmpty: `no ${noun}`, infoFiltered: "",
    zeroRecords: `No ${noun} fit the filter.`, emptyTable: `No ${noun} fit the filter.`, lengthMenu: "_MENU_ a page", entries: "",
  },
});
