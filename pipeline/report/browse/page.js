// The page: every change of the form, the address or an order redraws what it concerns.

const shownIn = (id) => document.getElementById(id);
let shown = quotes;
let passing = () => true;

const orders = {speaker: 1, target: 2, stance: 3, confidence: 4, date: 5};
const speakersTable = makeTable("speakers-table", speakerColumns, [], 10, [[1, "desc"]], "speakers");
const quotesTable = makeTable("quotes-table", quoteColumns, quotes, 25, [[5, "desc"]], "quotes");
quotesTable.search.fixed("form", (text, row) => passing(row));

function describe(params) {
  const told = [...params].filter(([name]) => name !== "sort").map(([name, value]) =>
    (name === "confidence" ? `confidence at least ${value} %` : name === "quote" ? "one quote" : `${name} ${value}`));
  return told.length ? ` Filter: ${told.join("; ")}.` : "";
}

function tell(params) {
  const units = countable(shown);
  const counts = tally(units);
  const n = units.length;
  const count = (some, noun) => `${some.size.toLocaleString("en")} ${noun}${some.size === 1 ? "" : "s"}`;
  const parts = [PRO, NEUTRAL, ANTI].map((s) => `${data.labels[s]} ${counts[s].toLocaleString("en")}${n && telling ? `, ${share(units, s)}` : ""}`);
  const by = [count(new Set(shown.map((q) => q.speaker).filter((s) => data.speakers[s].known)), "named speaker"),
    count(new Set(shown.map((q) => q.article)), "article")].join(" in ");
  shownIn("status").textContent = n
    ? `${shown.length.toLocaleString("en")} of ${quotes.length.toLocaleString("en")} quotes, by ${by}.${describe(params)}`
    : `No quote fits the filter.${describe(params)}`;
  shownIn("shares").replaceChildren(...(n ? [bar(counts), element("ul", {class: "key"}, ...[PRO, NEUTRAL, ANTI].map((s, i) =>
    element("li", {class: SHORT[s]}, parts[i])))] : []));
  shownIn("all").hidden = !params.toString().replace(/(^|&)sort=[^&]*/, "");
}

// One after the other: two that draw at once would both write into the place.
let drawn = Promise.resolve(null);
function drawMonths(months) {
  const spec = JSON.parse(shownIn("months-spec").textContent);
  spec.datasets = {months: bars(months), gaps: gaps(months)};
  drawn = drawn.then((before) => {
    before?.finalize();
    return vegaEmbed("#months", spec, {renderer: "svg", actions: false, ast: true});
  });
}

function tellMonths(months) {
  const rows = months.map(({month, counts}) => element("tr", {}, element("th", {scope: "row"}, month),
    ...(counts ? [PRO, NEUTRAL, ANTI].map((s) => element("td", {}, String(counts[s])))
      : [element("td", {colspan: 3, class: "quiet"}, "no data")])));
  shownIn("months-rows").replaceChildren(...rows);
}

function draw() {
  const params = asked();
  telling = !params.has("stance") && !params.has("quote");
  passing = passes(params);
  shown = quotes.filter(passing);
  const kept = new Set(shown);
  passing = (quote) => kept.has(quote);
  tell(params);
  quotesTable.draw();
  speakersTable.clear().rows.add(bySpeaker(shown)).draw();
  const months = byMonth(shown);
  if (months.length) {
    tellMonths(months);
    drawMonths(months);
  }
  remember();
}

// Typing is followed by a short rest, not by a redraw for each letter.
let waiting = 0;
form.addEventListener("input", (event) => {
  if (event.target.name !== "quote") form.elements.quote.value = "";
  shownIn("least").textContent = form.elements.confidence.value;
  clearTimeout(waiting);
  waiting = setTimeout(draw, event.target.type === "search" ? 150 : 0);
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(() => { form.elements.quote.value = ""; shownIn("least").textContent = "0"; draw(); }));
shownIn("all").addEventListener("click", () => form.reset());

// A link inside the page adds to the filter; one to a quotation shows it alone.
document.addEventListener("click", (event) => {
  const target = event.target.closest?.("main a[href^='#']");
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const params = new URLSearchParams(target.hash.slice(1));
  const [[name, value] = []] = params;
  if (!["speaker", "target"].includes(name)) return;
  event.preventDefault();
  form.elements[name].value = value;
  form.elements.quote.value = "";
  draw();
  shownIn("quotes").scrollIntoView();
});

// The address holds the filter, so a jump within the page is no address.
shownIn("skip").addEventListener("click", (event) => {
  event.preventDefault();
  shownIn("h-quotes").focus();
});

// Arrow keys go from quotation to quotation.
shownIn("quotes-table").addEventListener("keydown", (event) => {
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (!step) return;
  const links = [...shownIn("quotes-table").querySelectorAll("a.own")];
  const row = event.target.closest("tr");
  const at = links.findIndex((own) => row?.contains(own));
  const next = links[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});

quotesTable.on("order", () => {
  const [index, direction] = quotesTable.order()[0] ?? [];
  const name = Object.keys(orders).find((key) => orders[key] === index);
  form.elements.sort.value = name && !(name === "date" && direction === "desc") ? `${name}-${direction}` : "";
  remember();
});

function start() {
  restore();
  shownIn("least").textContent = form.elements.confidence.value;
  const [name, direction] = form.elements.sort.value.split("-");
  quotesTable.order([orders[name] ?? orders.date, direction === "asc" ? "asc" : "desc"]);
  draw();
  if (form.elements.quote.value) shownIn("quotes").scrollIntoView();
}

// On paper all quotations of the filter stand, up to what anybody would print.
const PRINTED = 500;
addEventListener("beforeprint", () => { quotesTable.page.len(PRINTED).draw(); speakersTable.page.len(PRINTED).draw(); });
addEventListener("afterprint", () => { quotesTable.page.len(25).draw(); speakersTable.page.len(10).draw(); });
addEventListener("hashchange", start);
start();
document.body.dataset.ready = "yes";
