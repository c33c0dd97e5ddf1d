"""Folders as an operator would give them: a copy of the bundled one, and one of vectors a token."""

import base64
import json
import shutil

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from automl.features.built_in import BUNDLED, MODEL, TOKENIZER
from automl.features.onnx_encoder import POOLING

# One node: Gather(identity matrix of 2 x 2, input_ids); it has an input attention_mask, too.
TOKEN_GRAPH = (
    "CAk6qwEKIgoFdGFibGUKCWlucHV0X2lkcxIGdG9rZW5zIgZHYXRoZXISAWcqHwgCCAIQAUIFdGFibGVKEAAAgD8AAAAA"
    "AAAAAAAAgD9aHQoJaW5wdXRfaWRzEhAKDggHEgoKAxIBbgoDEgF0WiIKDmF0dGVudGlvbl9tYXNrEhAKDggHEgoKAxIB"
    "bgoDEgF0Yh4KBnRva2VucxIUChIIARIOCgMSAW4KAxIBdAoCCAJCBAoAEBI="
)


def copy_bundled(folder, *, pooling=None):
    folder.mkdir()
    for name in (MODEL, TOKENIZER):
        shutil.copy(BUNDLED / name, folder / name)
    return _add_pooling(folder, pooling)


def make_token_folder(folder, *, pooling=None):
    """Tokens `a` and `b`; the vector of each is an axis."""
    folder.mkdir()
    (folder / MODEL).write_bytes(base64.b64decode(TOKEN_GRAPH))
    tokenizer = Tokenizer(WordLevel({"a": 0, "b": 1}, unk_token="a"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(folder / TOKENIZER))
    return _add_pooling(folder, pooling)


def _add_pooling(folder, pooling):
    if pooling is not None:
        (folder / POOLING).parent.mkdir()
        (folder / POOLING).write_text(json.dumps(pooling))
    return folder
