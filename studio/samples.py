"""The data sets that are shipped for a first try; licences stand in samples/LICENCES.md."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Sample:
    key: str
    title: str
    description: str
    file: str
    licence: str


SAMPLES = [
    Sample(
        "banking",
        "Banking questions",
        "What customers ask their bank: one text column, twelve intents.",
        "banking_questions.csv",
        "From BANKING77 by PolyAI, CC BY 4.0; twelve of its 77 intents.",
    ),
    Sample(
        "churn",
        "Customer churn",
        "2,000 telephone customers, 19 columns, and whether they left.",
        "telco_churn.csv",
        "IBM Telco Customer Churn, Apache-2.0; 2,000 of its rows.",
    ),
    Sample(
        "emotions",
        "Emotions (several labels)",
        "2,500 Reddit comments with one or more of eight emotions.",
        "reddit_emotions.csv",
        "From GoEmotions by Google Research, Apache-2.0; eight of its 28 emotions.",
    ),
]


def get_sample(key: str) -> Sample | None:
    return next((sample for sample in SAMPLES if sample.key == key), None)


def sample_path(sample: Sample) -> Path:
    return Path(settings.BASE_DIR) / "samples" / sample.file
