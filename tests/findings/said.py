"""Rows of a scored table as tests need them: invented people, outlets and words."""

from pipeline.findings.dates import parse_published
from pipeline.findings.scored import ScoredRow

SHARES = {
    "anti-restriction": (0.8, 0.15, 0.05),
    "neutral": (0.1, 0.8, 0.1),
    "pro-restriction": (0.05, 0.15, 0.8),
}


def row(number, stance="neutral", *, speaker="Mira Olsen", published="2032-03-01", **values):
    """Return one row; the number makes its ids, and its words where no text is given."""
    article = values.pop("article_id", f"a{number}")
    known = {
        "row_id": f"r{number:04d}",
        "quote_id": f"{article}:{number}-{number + 9}",
        "article_id": article,
        "source": f"{article}.txt",
        "text": f"“Words of remark number {number} which nobody else has ever said {number * 7}”",
        "start": number,
        "end": number + 9,
        "is_statement": True,
        "stance": stance,
        "probabilities": SHARES[stance],
        "speaker": speaker,
        "speaker_id": speaker.lower().replace(" ", "-") if speaker and " " in speaker else None,
        "speaker_type": "person" if speaker else None,
        "target": "Quillon masts",
        "outlet": "Halden Post",
        "published": published,
        "date": parse_published(published) if published else None,
        "model": "tfidf-0123456789ab",
    }
    return ScoredRow(**known | values)
