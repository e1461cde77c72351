// The quotations as records, the filters of the form, and their place in the address.

const data = JSON.parse(document.getElementById("data").textContent);
const form = document.getElementById("filter");
const [ANTI, NEUTRAL, PRO] = [0, 1, 2];
const SHORT = ["anti", "neutral", "pro"];

const quotes = data.quotes.map(([id, unit, article, speaker, target, stance, p, abstained, before, text, after], index) => ({
  index, id, unit, article: data.articles[article], speaker, target, stance, p, abstained, before, text, after,
  confidence: Math.max(...p),
}));

// The stance that a quotation counts with: several that count once have one together.
const counted = (quote) => data.units[quote.unit][0];

// Numbers that sort as the dates do: 2032-03 before 2032-03-01; what has none comes first.
const day = (date) => Number(date.replaceAll("-", "").padEnd(8, "0"));

const plain = (text) => text.toLowerCase();
let searched = null; // made when somebody searches: it is as large as all texts

function words(quote) {
  searched ??= quotes.map((q) => plain(
    [q.before, q.text, q.after, data.speakers[q.speaker].name, q.article.title].join("\n")));
  return searched[quote.index];
}

// What the form says, without what lets everything through; this is also what stands in the address.
function asked() {
  const params = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...params]) {
    if (!value.trim() || (name === "confidence" && Number(value) <= 0)) params.delete(name, value);
  }
  return params;
}

function passes(params) {
  const one = (name) => params.get(name);
  const said = (one("speaker") ?? "").trim();
  const speakers = new Set(data.speakers.flatMap((s, i) => (plain(s.name).includes(plain(said)) ? [i] : [])));
  const exact = data.speakers.findIndex((s) => s.name === said);
  const wanted = plain(one("text") ?? "").split(/\s+/).filter(Boolean);
  const stances = new Set(params.getAll("stance").map((name) => data.labels.indexOf(name)));
  const least = Number(one("confidence") ?? 0) / 100;
  const tests = [];
  if (params.has("quote")) tests.push((q) => q.id === one("quote"));
  if (said) tests.push(exact >= 0 ? (q) => data.speakers[q.speaker].name === said : (q) => speakers.has(q.speaker));
  if (params.has("target")) tests.push((q) => data.targets[q.target] === one("target"));
  if (params.has("outlet")) tests.push((q) => q.article.outlet === one("outlet"));
  if (stances.size) tests.push((q) => stances.has(counted(q)));
  if (least) tests.push((q) => q.confidence >= least);
  if (params.has("from")) tests.push((q) => q.article.month && q.article.month >= one("from"));
  if (params.has("to")) tests.push((q) => q.article.month && q.article.month <= one("to"));
  if (wanted.length) tests.push((q) => wanted.every((word) => words(q).includes(word)));
  return (quote) => tests.every((test) => test(quote));
}

// Fill the form from the address.
function restore() {
  const params = new URLSearchParams(location.hash.slice(1));
  for (const field of form.elements) {
    if (!field.name) continue;
    const values = params.getAll(field.name);
    if (field.type === "checkbox") field.checked = values.includes(field.value);
    else field.value = values[0] ?? (field.type === "range" ? "0" : ""); // a hidden field has no value of before
  }
}

function remember() {
  const params = asked().toString();
  if (location.hash.slice(1) !== params) history.replaceState(null, "", params ? `#${params}` : "#");
}
