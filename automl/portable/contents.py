"""What a predictor needs beside itself: told by its zip, without loading it."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from automl.bundle import DAMAGE, MANIFEST
from automl.errors import InputError
from automl.families import get_family
from automl.features.built_in import BUILT_IN, MINILM, built_in_identity
from automl.golden_rows import FILE as GOLDEN_ROWS
from automl.portable.modules import ROOT, Needed, follow_imports

START = "automl.portable.command"
# What loads the encoder that an operator named, which is not ours to pass on.
NAMED_ENCODERS = ("automl.features.onnx_encoder", "automl.features.transformers_encoder")
NOTICE = "NOTICE.md"


@dataclass(frozen=True)
class PredictorFacts:
    """What stands in a predictor's zip.

    Attributes
    ----------
    manifest : see `Predictor.save`.
    families : keys of the members.
    golden : columns, cells, pred_probs (see `GoldenRows`); None in old predictors.
    """

    manifest: dict[str, Any]
    families: list[str]
    golden: dict[str, Any] | None

    @classmethod
    def read(cls, path: Path) -> PredictorFacts:
        """
        Raises
        ------
        InputError
            `MODEL_CORRUPT` where it cannot be read.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                manifest = json.loads(archive.read(MANIFEST))
                places = range(len(manifest["encoders"]))
                members = [json.loads(archive.read(f"members/{i}/member.json")) for i in places]
                has_golden = GOLDEN_ROWS in archive.namelist()
                golden = json.loads(archive.read(GOLDEN_ROWS)) if has_golden else None
                families = [get_family(member["family"]).key for member in members]
                return cls(manifest, families, golden)
        except DAMAGE as error:
            raise InputError(
                "MODEL_CORRUPT",
                "The file of this model is damaged, so there is no bundle of it. Re-train the "
                "model, or ask the operator to restore it from a backup.",
            ) from error

    @cached_property
    def encoders(self) -> list[str | None]:
        """Keys of the built-in encoders of its texts; None for one that is not built in."""
        known = {built_in_identity(key): key for key in BUILT_IN}
        stored = self.manifest.get("text_encoders", [self.manifest.get("text_encoder") or ""])
        return [known.get(identity) if identity else MINILM for identity in stored]

    @property
    def late_modules(self) -> list[str]:
        """Those of its families and encoders, which are found by name at run time."""
        modules = {get_family(family).module for family in self.families}
        modules |= {BUILT_IN[key].module for key in self.encoders if key}
        if None in self.encoders:
            modules |= set(NAMED_ENCODERS)
        return sorted(modules)

    @property
    def needed(self) -> Needed:
        return follow_imports([START, *self.late_modules])

    @property
    def encoder_files(self) -> list[Path]:
        """Relative as those of `needed`, each folder with its notice."""
        files = {path for key in self.encoders if key for path in BUILT_IN[key].files}
        notices = {path.parent / NOTICE for path in files}
        return sorted(path.relative_to(ROOT) for path in files | notices)
