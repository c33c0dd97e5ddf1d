"""Tuning the bundled text encoder and a linear head on labelled texts. Needs torch and onnx."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from automl.features.minilm_network import WIDTH, MiniLmNetwork
from automl.features.minilm_weights import Weights, to_graph_arrays
from automl.features.onnx_encoder import bundled_tokenizer
from automl.features.sentence_encoder import MAX_CHARS
from automl.progress import Progress
from automl.threads import thread_count

BATCH_ROWS = 32
# Rows of so many batches are sorted by length, so that few places are filled up.
SORTED_BATCHES = 16
HEAD_FACTOR = 20
# The head reads vectors of this length, about that of the encoder's means.
LENGTH = 4.0
WARM_UP = 0.1
WEIGHT_DECAY = 0.01
MAX_NORM = 1.0
CPU_FACTS = Path("/proc/cpuinfo")
FAST_BFLOAT16 = ("avx512_bf16", "amx_bf16")


@dataclass(frozen=True)
class Schedule:
    """Decided before training from the numbers of rows and classes alone."""

    n_epochs: int
    learning_rate: float


@dataclass(frozen=True)
class TunedNetwork:
    """What training made.

    Attributes
    ----------
    graph_arrays : numbers of the bundled graph, by their names there.
    head : (K, 384) on vectors of length 1; offsets : (K,).
    """

    graph_arrays: Weights
    head: np.ndarray
    offsets: np.ndarray


def tune(
    texts: list[str],
    target: np.ndarray,
    start: np.ndarray,
    schedule: Schedule,
    *,
    seed: int,
    progress: Progress,
) -> TunedNetwork:
    """Fine-tune end to end (Devlin et al., 2019) by AdamW (Loshchilov and Hutter, 2019).

    The number of steps is fixed: no row decides when to stop. Two runs give equal numbers.

    Parameters
    ----------
    target : (N,) class indices, or (N, K) sets of 0 and 1.
    start : (K,) logits before anything is learned.
    """
    _make_repeatable()
    rows = _tokenize(texts)
    plan = _batches(np.array([len(row) for row in rows]), schedule.n_epochs, seed)
    network = MiniLmNetwork()
    head = torch.zeros(len(start), WIDTH, requires_grad=True)
    offsets = torch.tensor(start, dtype=torch.float32, requires_grad=True)
    optimizer, rates = _optimizer(network, [head, offsets], schedule, len(plan))
    targets = torch.from_numpy(target)
    is_fast = has_fast_bfloat16()
    for done, batch in enumerate(plan):
        progress("Tuning", done, len(plan))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_fast):
            means = network.means(*_fill([rows[i] for i in batch]))
        vectors = functional.normalize(means) * LENGTH
        loss = _loss(functional.linear(vectors, head, offsets), targets[batch])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.tuned.values(), MAX_NORM)
        optimizer.step()
        rates.step()
        optimizer.zero_grad()
    return TunedNetwork(
        graph_arrays=to_graph_arrays(network.weights()),
        head=head.detach().numpy() * LENGTH,
        offsets=offsets.detach().numpy(),
    )


def has_fast_bfloat16() -> bool:
    """Whether the processor multiplies 16-bit numbers itself; elsewhere they are slower than 32."""
    if not CPU_FACTS.exists():
        return False
    facts = CPU_FACTS.read_text()
    return any(flag in facts for flag in FAST_BFLOAT16)


def _make_repeatable() -> None:
    torch.set_num_threads(thread_count())
    torch.use_deterministic_algorithms(True)
    # Nothing here reads memory before it is written; filling it took a tenth of the time.
    torch.utils.deterministic.fill_uninitialized_memory = False


def _tokenize(texts: list[str]) -> list[list[int]]:
    tokenizer = bundled_tokenizer()
    return [encoded.ids for encoded in tokenizer.encode_batch([t[:MAX_CHARS] for t in texts])]


def _batches(lengths: np.ndarray, n_epochs: int, seed: int) -> list[np.ndarray]:
    """Every row once an epoch, in batches of rows that are about as long, in random order."""
    rng = np.random.default_rng(seed)
    return [batch for _ in range(n_epochs) for batch in _epoch(lengths, rng)]


def _epoch(lengths: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    order, batches = rng.permutation(len(lengths)), []
    for start in range(0, len(order), BATCH_ROWS * SORTED_BATCHES):
        part = order[start : start + BATCH_ROWS * SORTED_BATCHES]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches += [part[i : i + BATCH_ROWS] for i in range(0, len(part), BATCH_ROWS)]
    return [batches[i] for i in rng.permutation(len(batches))]


def _fill(rows: list[list[int]]) -> tuple[Tensor, Tensor]:
    """(N, longest) token numbers, filled up with 0, and which of them are tokens."""
    ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    is_token = np.zeros(ids.shape, dtype=bool)
    for i, row in enumerate(rows):
        ids[i, : len(row)], is_token[i, : len(row)] = row, True
    return torch.from_numpy(ids), torch.from_numpy(is_token)


def _optimizer(
    network: MiniLmNetwork, head: list[Tensor], schedule: Schedule, n_steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """Weights decay in matrices only; the rate climbs over the first tenth, then falls to 0."""
    rate, warm_up = schedule.learning_rate, max(round(WARM_UP * n_steps), 1)
    tuned = list(network.tuned.values())
    groups = [
        {"params": [w for w in tuned if w.ndim == 2], "lr": rate, "weight_decay": WEIGHT_DECAY},
        {"params": [w for w in tuned if w.ndim == 1], "lr": rate, "weight_decay": 0.0},
        {"params": head, "lr": HEAD_FACTOR * rate, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, fused=True)

    def share(step: int) -> float:
        return min((step + 1) / warm_up, (n_steps - step) / max(n_steps - warm_up, 1))

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, share)


def _loss(logits: Tensor, target: Tensor) -> Tensor:
    if target.ndim == 1:
        return functional.cross_entropy(logits, target)
    return functional.binary_cross_entropy_with_logits(logits, target.to(logits.dtype))
