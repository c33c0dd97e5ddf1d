"""The shipped bundle: schema, classes, weighted members, in one zip that anyone may inspect."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from automl.bundle import DAMAGE, hash_bytes, read_bundle, write_manifest, write_zip
from automl.candidates import ENCODER, Member, load_member
from automl.decision_rules import Rule, predict_labels, suggested_labels
from automl.errors import InputError
from automl.features.embeddings import Embeddings
from automl.features.spaces import Encoder, load_encoder
from automl.features.text_encoders import TextEncoders
from automl.golden_rows import GoldenRows, check_agreement
from automl.novelty import NoveltyReference
from automl.pooling import pool_probabilities
from automl.problem import MULTI_LABEL, REGRESSION
from automl.schema import Schema
from automl.training_profile import TrainingProfile
from automl.value_intervals import ValueIntervals
from automl.versions import library_versions

FORMAT = 2


@dataclass(frozen=True)
class ServingPool:
    """The pool of a serving ensemble: a weight for each member, 0 for those that are left out."""

    weights: list[float]
    temperature: float
    rule: Rule | None


@dataclass
class Predictor:
    """Predicts from cells of text, in batches; rows do not influence each other.

    Attributes
    ----------
    members, weights : refitted families and their share in the pool.
    intervals : regression: how far labels lie from predictions; None where that is not known.
    unread : cells, by column, that were no number where one was expected (counted as missing).
    text_encoders : where the encoders that the schema names are found.
    serving : a cheaper combination of the members, where there is one (see automl.serving).
    golden : training rows and what was predicted for them when the predictor was made.
    profile : what its training rows look like; None for those from before there were profiles.
    novelty : training rows to tell how unlike them others are; None where there are none.
    versions : of the libraries that made it.
    """

    schema: Schema
    classes: list[str]
    modality: str
    problem_type: str
    members: list[Member]
    weights: list[float]
    temperature: float = 1.0
    rule: Rule | None = None
    intervals: ValueIntervals | None = None
    unread: dict[str, int] = field(default_factory=dict)
    text_encoders: TextEncoders = field(default_factory=TextEncoders)
    serving: ServingPool | None = None
    golden: GoldenRows | None = None
    profile: TrainingProfile | None = None
    novelty: NoveltyReference | None = None
    versions: dict[str, str] = field(default_factory=library_versions)

    def for_serving(self) -> Predictor:
        """A predictor of the members that the serving ensemble uses, else this one."""
        if self.serving is None:
            return self
        pool = self.serving
        used = [(m, w) for m, w in zip(self.members, pool.weights, strict=True) if w > 0]
        return replace(
            self,
            members=[member for member, _ in used],
            weights=[weight for _, weight in used],
            temperature=pool.temperature,
            rule=pool.rule,
            unread={},
            serving=None,
            golden=None,
        )

    def predict_proba(self, table: pa.Table) -> np.ndarray:
        """Probabilities of rows with columns c0.. in the order of `schema`.

        Returns
        -------
        (N, K) float64 in the order of `classes`; multi-class rows sum to one. Regression: (N, 1)
        predicted numbers, see `predict`.
        """
        if table.num_rows == 0:
            return np.empty((0, 1 if self.problem_type == REGRESSION else len(self.classes)))
        return self._predict(self._read(table))

    def predict_with_novelty(self, table: pa.Table) -> tuple[np.ndarray, np.ndarray | None]:
        """`predict_proba` and (N,) `NoveltyReference.percentiles`; rows are read once for both.

        The latter is None where the predictor has no reference.
        """
        if self.novelty is None or table.num_rows == 0:
            return self.predict_proba(table), None if self.novelty is None else np.empty(0)
        encoder = self.novelty.encoder
        features = self._read(table, encoder)
        return self._predict(features), self.novelty.percentiles_of(features[id(encoder)])

    def _predict(self, features: Mapping[int, Any]) -> np.ndarray:
        stack = np.stack(
            [member.predict_proba(features[id(member.encoder)]) for member in self.members]
        )
        for name, count in self.members[0].encoder.unread.items():
            self.unread[name] = self.unread.get(name, 0) + count
        if self.problem_type == REGRESSION:
            return np.tensordot(self.weights, stack, axes=1)
        weights = np.array(self.weights) / self.temperature
        return pool_probabilities(stack, weights, is_sets=self.problem_type == MULTI_LABEL)

    def predict(self, table: pa.Table) -> np.ndarray:
        """Regression: (N,) float64 numbers, the weighted mean of what the members predict."""
        return self.predict_proba(table)[:, 0]

    def _read(self, table: pa.Table, *others: Encoder) -> dict[int, Any]:
        """Features by encoder; members that share an encoder share its work."""
        embeddings = Embeddings(table, encoders=self.text_encoders.of(self.schema))
        encoders = {id(each): each for each in (*(m.encoder for m in self.members), *others)}
        return {key: encoder.transform(table, embeddings) for key, encoder in encoders.items()}

    def keep_reference_rows(self, table: pa.Table, embeddings: Embeddings, *, seed: int) -> None:
        """Training rows (see novelty.choose_reference_rows) to tell how unlike them others are."""
        encoder = self.members[0].encoder
        self.novelty = NoveltyReference.fit(encoder, table, embeddings, seed=seed)

    def suggested_labels(self, pred_probs: np.ndarray) -> list[str]:
        is_sets = self.problem_type == MULTI_LABEL
        return suggested_labels(pred_probs, self.classes, self.rule, is_sets=is_sets)

    def choose_labels(self, pred_probs: np.ndarray) -> np.ndarray:
        """(N,) class indices or (N, K) sets that are suggested."""
        is_sets = self.problem_type == MULTI_LABEL
        return predict_labels(pred_probs, self.rule, is_sets=is_sets)

    def keep_golden_rows(self, table: pa.Table) -> None:
        """Predict these rows now, to be compared by `check_golden_rows` after loading."""
        self.golden = GoldenRows.predicted(table, self._predict_uncounted)

    def check_golden_rows(self) -> None:
        """Once a process: other libraries or another processor must not change predictions.

        Raises
        ------
        InputError
            `PREDICTS_OTHERWISE`
        """
        if self.golden is not None:
            difference = self.golden.difference(self._predict_uncounted)
            check_agreement(difference, self.schema, self.versions)

    def _predict_uncounted(self, table: pa.Table) -> np.ndarray:
        return replace(self, unread={}).predict_proba(table)

    def save(self, path: Path, *, info: dict[str, Any]) -> None:
        """Write one uncompressed zip; equal predictors give equal bytes.

        `info` is kept in the manifest for people: training rows, seed, what ran.
        """
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            encoders = [_save_member(member, i, folder) for i, member in enumerate(self.members)]
            if self.golden is not None:
                self.golden.save(folder)
            if self.profile is not None:
                self.profile.save(folder)
            if self.novelty is not None:
                self.novelty.save(folder)
            write_manifest(folder, self._manifest(encoders, info))
            write_zip(folder, path)

    @classmethod
    def load(cls, path: Path, *, text_encoders: TextEncoders | None = None) -> Predictor:
        """Check every byte, then load.

        Raises
        ------
        InputError
            `MODEL_CORRUPT` when anything differs from what was saved, `OTHER_TEXT_ENCODER` when
            an encoder of its texts is not among `text_encoders`.
        """
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            try:
                manifest = read_bundle(path, folder)
                return cls._from_manifest(folder, manifest, text_encoders or TextEncoders())
            except DAMAGE as error:
                raise InputError(
                    "MODEL_CORRUPT",
                    "The file of this model is damaged, so it is not used. Re-train the model, "
                    "or ask the operator to restore it from a backup.",
                ) from error

    @classmethod
    def _from_manifest(
        cls, folder: Path, manifest: dict[str, Any], text_encoders: TextEncoders
    ) -> Predictor:
        if manifest["format"] != FORMAT:
            raise ValueError("unknown format")
        # Before columns had encoders of their own there was one for all of them.
        for identity in manifest.get("text_encoders", [manifest.get("text_encoder") or ""]):
            text_encoders.find(identity)
        modality = manifest["modality"]
        encoders = {
            name: load_encoder(modality, folder / name) for name in set(manifest["encoders"])
        }
        members = [
            load_member(modality, folder / f"members/{i}", encoder=encoders[name])
            for i, name in enumerate(manifest["encoders"])
        ]
        return cls(
            schema=Schema.from_json(manifest["schema"]),
            classes=manifest["classes"],
            modality=manifest["modality"],
            problem_type=manifest["problem_type"],
            members=members,
            weights=manifest["weights"],
            temperature=manifest["temperature"],
            rule=manifest["rule"],
            intervals=_read_intervals(manifest),
            text_encoders=text_encoders,
            serving=_read_pool(manifest.get("serving")),
            golden=GoldenRows.load(folder),
            profile=TrainingProfile.load(folder),
            novelty=NoveltyReference.load(folder, encoder=members[0].encoder),
            versions=manifest["versions"],
        )

    def _manifest(self, encoders: list[str], info: dict[str, Any]) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "schema": self.schema.to_json(),
            "classes": self.classes,
            "modality": self.modality,
            "problem_type": self.problem_type,
            "weights": self.weights,
            "temperature": self.temperature,
            "rule": self.rule,
            "intervals": self.intervals.to_json() if self.intervals else None,
            "serving": asdict(self.serving) if self.serving else None,
            "encoders": encoders,
            "text_encoders": sorted(
                {encoder.identity for encoder in self.text_encoders.of(self.schema).values()}
            ),
            "info": info,
            "versions": self.versions,
        }


def _read_intervals(manifest: dict[str, Any]) -> ValueIntervals | None:
    # Before there was regression no manifest had them.
    found = manifest.get("intervals")
    return ValueIntervals.from_json(found) if found else None


def _read_pool(stored: dict[str, Any] | None) -> ServingPool | None:
    """Predictors from before there were serving ensembles have none."""
    return ServingPool(**stored) if stored else None


def _save_member(member: Member, i: int, folder: Path) -> str:
    """Write a member; the answer is the folder of its encoder, of which equal ones share one."""
    target = folder / f"members/{i}"
    target.mkdir(parents=True)
    member.save(target)
    files = sorted((target / ENCODER).iterdir())
    name = (
        "encoders/" + hash_bytes("".join(hash_bytes(f.read_bytes()) for f in files).encode())[:16]
    )
    if (folder / name).exists():
        shutil.rmtree(target / ENCODER)
    else:
        (folder / name).parent.mkdir(exist_ok=True)
        (target / ENCODER).rename(folder / name)
    return name
