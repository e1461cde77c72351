"""Rows of a scored table as `stance score` writes them, of invented people, outlets and words."""

from pipeline.findings.scored import ScoredCorpus
from pipeline.findings.tables import parse_rows, warnings_of
from pipeline.rows import SCORE_COLUMNS

PROBABILITIES = {
    "anti-restriction": (0.8, 0.15, 0.05),
    "neutral": (0.1, 0.8, 0.1),
    "pro-restriction": (0.05, 0.15, 0.8),
}
PRO, NEUTRAL, ANTI = "pro-restriction", "neutral", "anti-restriction"


def cells(number, stance=NEUTRAL, *, speaker="Mira Olsen", **values):
    """Return one row of a scored table; the number makes its ids, its article and its words."""
    article = values.pop("article_id", f"a{number}")
    text = values.pop("text", f"“Remark number {number} that nobody else has made {7 * number}”")
    anti, neutral, pro = values.pop("probabilities", PROBABILITIES[stance])
    known = {
        "row_id": f"r{number:05d}",
        "quote_id": f"{article}:{number}-{number + 9}",
        "article_id": article,
        "source": f"{article}.txt",
        "start": number,
        "end": number + len(text),
        "text": text,
        "kind": "direct",
        "is_statement": True,
        "utterance_id": f"{article}:{number}",
        "context": f"Nothing was settled before. {text} was the answer. A vote follows.",
        "speaker": speaker,
        "speaker_id": "-".join(speaker.lower().split()) if speaker and " " in speaker else None,
        "speaker_type": "person" if speaker else None,
        "target": "Quillon masts",
        "title": f"Story {article}",
        "outlet": "Halden Post",
        "published": "2032-03-01",
        "stance": stance,
        "p_anti": anti,
        "p_neutral": neutral,
        "p_pro": pro,
        "confidence": max(anti, neutral, pro),
        "abstained": False,
        "model": "tfidf-0123456789ab",
    }
    return dict.fromkeys(SCORE_COLUMNS) | known | values


def corpus(rows, articles=()):
    """Return the scored corpus of these rows."""
    parsed, lacking = parse_rows(rows, "scored.jsonl")
    return ScoredCorpus(tuple(parsed), warnings_of(parsed, lacking=lacking), {a.article_id: a for a in articles})
