"""Small data in which it is known what is to be found."""

import csv
import random

TOPICS = {
    "billing": "invoice charge refund payment card fee money price receipt subscription",
    "delivery": "parcel courier late box shipping address tracking warehouse arrived package",
    "account": "password login email username profile sign locked reset security settings",
    "quality": "broken scratched noisy faulty cheap material crack loose stopped defective",
}
COMMON = "the my again please today still was very after why it really your never order".split()
N_TEXTS = 400
N_FLIPS = 32
UNLABELLED = (7, 133, 250, 391)

N_CUSTOMERS = 240
# Rows that are made exact copies of others.
COPIES = {60: 5, 121: 90, 200: 33}


def write_reviews(path):
    """Columns `message` and `topic`; the answer says, by row, which labels are wrong."""
    draw = random.Random(4)
    names = list(TOPICS)
    given = [names[i % len(names)] for i in range(N_TEXTS)]
    rows = [{"message": _write_text(draw, topic), "topic": topic} for topic in given]
    labelled = [i for i in range(N_TEXTS) if i not in UNLABELLED]
    flips = sorted(draw.sample(labelled, N_FLIPS))
    for i in flips:
        rows[i]["topic"] = draw.choice([name for name in names if name != given[i]])
    for i in UNLABELLED:
        rows[i]["topic"] = ""
    _write(path, rows)
    return {i: given[i] for i in flips}


def write_customers(path):
    """Numbers, categories, truth and gaps; the label `leaves` is 0 or 1. With copies."""
    draw = random.Random(5)
    rows = [_draw_customer(draw, i) for i in range(N_CUSTOMERS)]
    for copy, original in COPIES.items():
        rows[copy] = dict(rows[original])
    _write(path, rows)


def _draw_customer(draw, i):
    months, plan = draw.randint(1, 72), draw.choice(["basic", "plus", "family"])
    leaves = int(months + (20 if plan == "family" else 0) + draw.gauss(0, 4) < 36)
    return {
        "months": months,
        "spent": "" if i % 11 == 0 else round(months * draw.uniform(9, 12), 2),
        "plan": "" if i % 17 == 0 else plan,
        "is_business": draw.choice(["True", "False"]),
        "since": f"20{draw.randint(10, 24)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
        "leaves": leaves,
    }


def _write_text(draw, topic):
    words = draw.sample(TOPICS[topic].split(), 4) + draw.sample(COMMON, 5)
    draw.shuffle(words)
    return " ".join(words)


def _write(path, rows):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
