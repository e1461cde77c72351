// Figures of the quotations that are shown: shares with intervals, months, speakers.

const Z = 1.959963984540054; // of 95 %

// Wilson's interval for the effective number of units, as pipeline/findings/intervals.py has it; clusters are [k, n].
function interval(clusters) {
  const [k, n] = clusters.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  const p = k / n;
  const spread = clusters.reduce((total, [own, size]) => total + (own - p * size) ** 2, 0);
  const variance = ((clusters.length / (clusters.length - 1)) * spread) / n ** 2;
  const known = clusters.length > 1 && spread >= 1e-9;
  const m = known ? Math.min(n, (p * (1 - p)) / variance) : clusters.length;
  const centre = (m * p + (Z * Z) / 2) / (m + Z * Z);
  const half = (Z / (m + Z * Z)) * Math.sqrt(m * p * (1 - p) + (Z * Z) / 4);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

// Among quotations of one stance its share is 1, and says nothing.
let telling = true;

const percent = (share) => `${Math.round(100 * share)} %`;

function share(units, stance) {
  if (!telling) return "–";
  const articles = new Map();
  for (const {unit} of units) {
    const [own, cluster] = data.units[unit];
    const [k, n] = articles.get(cluster) ?? [0, 0];
    articles.set(cluster, [k + (own === stance), n + 1]);
  }
  const clusters = [...articles.values()];
  const [low, high] = interval(clusters);
  const k = clusters.reduce((total, [own]) => total + own, 0);
  return `${percent(k / units.length)} (${Math.round(100 * low)} to ${Math.round(100 * high)})`;
}

// What counts once: of the quotations shown, the first of each unit stands for it.
function countable(shown) {
  const first = new Map();
  for (const quote of shown) if (!first.has(quote.unit)) first.set(quote.unit, quote);
  return [...first.values()];
}

function tally(units) {
  const counts = [0, 0, 0];
  for (const quote of units) counts[counted(quote)] += 1;
  return counts;
}

function grouped(shown, key) {
  const found = new Map();
  for (const quote of shown) {
    if (!found.has(key(quote))) found.set(key(quote), []);
    found.get(key(quote)).push(quote);
  }
  return found;
}

const sum = (counts) => counts.reduce((a, b) => a + b, 0);

function bySpeaker(shown) {
  const said = grouped(shown, (q) => q.speaker);
  return [...said].map(([speaker, own]) => {
    const units = countable(own);
    return {speaker, units, counts: tally(units), n: units.length, articles: new Set(own.map((q) => q.article)).size};
  });
}

// Every month from the first to the last; counts are null where nobody was quoted at all: that is no 0.
function byMonth(shown) {
  const known = new Set(data.months.data);
  const found = new Map(data.months.every.map((month) => [month, known.has(month) ? [0, 0, 0] : null]));
  for (const quote of countable(shown)) if (quote.article.month) found.get(quote.article.month)[counted(quote)] += 1;
  return [...found].map(([month, counts]) => ({month, counts}));
}

const bars = (months) => months.flatMap(({month, counts}) =>
  (counts ?? []).map((n, stance) => ({month, n, stance: data.labels[stance]})));

// Runs of months without data, as the chart shades them.
function gaps(months) {
  const runs = [];
  const next = (month) => new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 1)).toISOString().slice(0, 7);
  for (const {month, counts} of months) {
    if (counts) continue;
    const last = runs.at(-1);
    if (last && last.end === month) last.end = next(month);
    else runs.push({start: month, end: next(month)});
  }
  return runs;
}
