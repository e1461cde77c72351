"""Stance: the model that ships and its baselines on real quotations, and the default model on invented ones.

usage: python benchmarks/stance.py [real] [topics] [unseen] [ablations] [readings] [curves] [target] [starter]
                                   [founding]

real       majority, TF-IDF, frozen encoders with a linear head, the shipped model: dev split of the real quotations,
           and gold spans of the founding documents, in one table
topics     each topic in turn as one that training has not seen, train and dev together
unseen     the same with the recipe of the shipped model, its encoder tuned without a third of the topics at a time
           (and without the invented statements of their debates); it takes two hours, and runs only when it is named
ablations  what parts of a statement, of the recipe and of the labels add, on dev
readings   what other texts read, the speaker's name and other data add to frozen MiniLM, on dev
curves     macro-F1 by number of training statements
target     what the shipped model says when the target is another one, or the speaker has another name
starter    the default model on the test split of the invented articles
founding   the shipped and the default model on the founding documents, end to end through `stance score`

Each figure is macro-F1 with its 95 % interval, clustered by article. Data beside the project is read in place
(QUOTESTANCE_SHARED, default ../shared); parts without their data are skipped. Nothing is trained on dev or on the
founding documents, or on near-copies of their quotations, save in `topics`, where a topic's statements are trained on
for the others. Baselines learn from the same statements as the shipped model.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import _statements as statements
import numpy as np
from _ablations import on_ablations, on_readings
from _baselines import BASELINES, UNTUNED, Real, Settings
from _default_model import Starter, on_founding, on_starter
from _figures import by_class, header, line, macro_f1, majority, probabilities
from _memory import remember
from _shared import ROOT, Absent, run_parts

SHIPPED = ROOT / "models" / "starter"

PERSON = re.compile(r"[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){1,2}")
"""Two or three capitalised words; some organisations look like it, too."""
NAME = "Alex Warrender"
"""What such a speaker is called instead."""

CURVES = ("TF-IDF", UNTUNED)
"""An encoder that was tuned has seen all statements, however few its head is fitted on."""
GROUPS = 3
"""Topics are left out so many at a time where the encoder is tuned without them, too."""
FEWEST = 60
"""Clear statements that a topic needs to be held out."""
SAME_DEBATE = {
    "huawei_zte_5g": {"telecoms", "chips"},
    "social_media_platform_rules": {"social-media", "schools"},
    "drugs_cannabis": {"cannabis", "medicine"},
    "covid_restrictions": {"pandemic", "medicine"},
    "guns": {"guns"},
    "vaping_tobacco": {"vaping"},
    "ai_autonomous_weapons": {"ai", "autonomous-weapons", "military", "facial-recognition"},
    "tiktok_wechat": {"apps"},
    "encryption_surveillance": {"encryption", "spyware", "facial-recognition"},
    "fracking_fossil": {"fossil"},
    "ride_hailing_scooters_selfdriving": {"mobility", "connected-cars"},
    "gambling_food_sugar": {"gambling", "food"},
}
"""Domains of the invented statements that are left out with a topic."""

TECHNOLOGY = {
    "huawei_zte_5g", "tiktok_wechat", "encryption_surveillance", "ai_autonomous_weapons", "kaspersky", "crypto_libra",
    "social_media_platform_rules", "ride_hailing_scooters_selfdriving", "3d_printed_guns",
}  # fmt: skip
UNRELATED = {True: "plastic bags", False: "Kaspersky antivirus software"}
"""What a statement on a technology, or on another matter, is asked about instead."""


def on_real(real: Real, settings: Settings) -> bool:
    """Print one table: baselines and the shipped model on dev and on the founding documents' gold spans."""
    from pipeline.errors import ModelError

    parts = real.parts
    print({name: dict(Counter(row["label"] for row in rows)) for name, rows in parts.items()})
    labels = [row["label"] for row in parts["fit"]]
    models: dict[str, Any] = {}
    for name in BASELINES:
        try:
            models[name] = settings.fitted(name, parts["fit"], parts["held"])
        except ModelError as error:
            print(f"{name}: left out ({error})")
    try:
        models["shipped"] = settings.loaded()
    except Absent as reason:
        print(f"shipped: left out ({reason})")
    for test, rows in real.tests().items():
        print(f"\n{test}")
        header()
        line("majority class", rows, majority(labels, rows))
        for name, model in models.items():
            y_prob = probabilities(model, rows)
            line(name, rows, y_prob)
        by_class(rows, y_prob)
    if "shipped" in models:
        _by_topic(models["shipped"], parts["dev"])
    return True


def _by_topic(model: Any, rows: Sequence[Any]) -> None:
    print("\ndev, shipped model, by topic")
    for topic, _ in Counter(row["topic"] for row in rows).most_common(10):
        chosen = [row for row in rows if row["topic"] == topic]
        line(topic, chosen, probabilities(model, chosen))


def on_target(real: Real, settings: Settings) -> bool:
    """Tell how predictions change with the target, and with the speaker's name."""
    rows = real.parts["dev"]
    model = settings.loaded()
    before = probabilities(model, rows).argmax(axis=1)
    sided = (before != 1).mean()
    swapped = [row | {"target": UNRELATED[row["topic"] in TECHNOLOGY]} for row in rows]
    after = (probabilities(model, swapped).argmax(axis=1) != 1).mean()
    print(f"non-neutral predictions on dev, n = {len(rows)}: {sided:.3f}; toward an unrelated target: {after:.3f}")
    named = [row for row in rows if PERSON.fullmatch(row["speaker"] or "") and _renamed(row) != row]
    changed = (
        probabilities(model, named).argmax(axis=1)
        != probabilities(model, [_renamed(row) for row in named]).argmax(axis=1)
    ).mean()
    print(f"predictions that change with the name of the person who speaks, n = {len(named)}: {changed:.3f}")
    return bool(after <= sided / 2 and changed < 0.02)


def _renamed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with another name of its speaker, wherever it stands."""
    family = row["speaker"].split()[-1]

    def told(text: str) -> str:
        full = re.sub(rf"\b{re.escape(row['speaker'])}\b", NAME, text)
        return re.sub(rf"\b{re.escape(family)}\b", NAME.split()[-1], full)

    return {**row, **{name: told(row[name]) for name in ("text", "context", "title", "speaker")}}


def on_topics(real: Real, settings: Settings) -> bool:
    """Print macro-F1 on each topic by models that have not seen any of its statements, and the mean over the topics."""
    from pipeline.errors import ModelError

    parts = real.parts
    rows = [row for name in ("fit", "held", "dev") for row in parts[name]]
    topics = _topics(rows)
    for name in (name for name in BASELINES if "products" in name or "kernel" in name):
        figures = []
        print(f"\n{name}")
        header()
        for topic in topics:
            asked = [row for row in rows if row["topic"] == topic and row["split"] != "more"]
            others = statements.apart_from([row for row in rows if row["topic"] != topic], asked)
            try:
                y_prob = probabilities(settings.fitted(name, others, ()), asked)
            except ModelError as error:
                print(f"left out ({error})")
                break
            figures.append((macro_f1(asked, y_prob), line(topic, asked, y_prob)))
        else:
            whole, without = np.mean(figures, axis=0)
            print(f"mean of {len(topics)} topics: all {whole:.3f}, clear {without:.3f}")
    return True


def _topics(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the topics with enough clear statements to be held out, the largest first."""
    clear = Counter(row["topic"] for row in rows if row["split"] != "more" and not row["ambiguous"])
    return [topic for topic, count in clear.most_common() if count >= FEWEST]


def on_unseen(real: Real, settings: Settings, work: Path) -> bool:
    """Print macro-F1 on each topic by models whose encoder and head have not seen any of its statements."""
    from make_starter import embedding, small_encoder

    rows = [row for name in ("fit", "held", "dev") for row in real.parts[name]]
    topics, figures = _topics(rows), []
    header()
    for group in (topics[start::GROUPS] for start in range(GROUPS)):
        asked = [row for row in rows if row["topic"] in group and row["split"] != "more"]
        others = statements.apart_from([row for row in rows if row["topic"] not in group], asked)
        left_out = set().union(*(SAME_DEBATE[topic] for topic in group))
        invented = [row for row in statements.invented() if row["domain"] not in left_out]
        invented = statements.apart_from(invented, asked)
        print(f"{len(others)} real and {len(invented)} invented statements to learn from", flush=True)
        folder = work / "-".join(["without", *group])
        encoder = small_encoder(settings.encoders["MPNET"], others, folder, plain=False, invented=invented)
        y_prob = embedding(others, encoder)[0].predict_proba(statements.columns(asked))
        for topic in group:
            chosen = np.array([row["topic"] == topic for row in asked])
            found = [row for row in asked if row["topic"] == topic]
            figures.append((macro_f1(found, y_prob[chosen]), line(topic, found, y_prob[chosen])))
    whole, without = np.mean(figures, axis=0)
    print(f"mean of {len(topics)} topics: all {whole:.3f}, clear {without:.3f}")
    return True


def on_curves(real: Real, settings: Settings) -> bool:
    """Print macro-F1 on dev by number of training statements, drawn by story."""
    parts = real.parts
    ordered = sorted(parts["fit"], key=lambda row: sha256(f"{row['story_id']}".encode()).hexdigest())
    header()
    for size in (125, 250, 500, 1000, 2000, len(ordered)):
        for name in CURVES:
            y_prob = probabilities(settings.fitted(name, ordered[:size], parts["held"]), parts["dev"])
            line(f"{name}, {size}", parts["dev"], y_prob)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help="real, topics, unseen, ablations, readings, curves, target, starter, founding",
    )
    parser.add_argument("--mpnet", type=Path, help="folder of all-mpnet-base-v2; its five packages are found without")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the model to report on; default: models/starter")
    parser.add_argument("--tuned", type=Path, help="the shipped model's encoder, made by make_starter.py --work")
    parser.add_argument("--plain", type=Path, help="the same without tuning, made by make_starter.py --plain --work")
    parser.add_argument("--work", type=Path, help="folder that keeps embeddings, and encoders, for a later run")
    arguments = parser.parse_args()
    remember(arguments.work)
    encoders = {
        "MPNET": arguments.mpnet or "all-mpnet-base-v2",
        "TUNED": arguments.tuned or "tuned",
        "PLAIN": arguments.plain or "plain",
    }
    settings = Settings(arguments.model, {name: str(place) for name, place in encoders.items()})
    real = Real()
    with tempfile.TemporaryDirectory() as folder:
        starter = Starter(Path(folder))
        parts = {
            "real": lambda: on_real(real, settings),
            "topics": lambda: on_topics(real, settings),
            "unseen": lambda: on_unseen(real, settings, arguments.work or Path(folder)),
            "ablations": lambda: on_ablations(real, settings),
            "readings": lambda: on_readings(real, settings),
            "curves": lambda: on_curves(real, settings),
            "target": lambda: on_target(real, settings),
            "starter": lambda: on_starter(starter),
            "founding": lambda: on_founding(starter, settings.model),
        }
        if unknown := set(arguments.parts) - set(parts):
            parser.error(f"no part is called {', '.join(sorted(unknown))}; there are: {', '.join(parts)}")
        run_parts(parts, arguments.parts or [name for name in parts if name != "unseen"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
