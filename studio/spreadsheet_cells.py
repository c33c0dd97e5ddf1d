"""Cells that a spreadsheet program would compute, made harmless by an apostrophe in front."""

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from automl.arrow_arrays import make_text_scalar

# What a spreadsheet program takes for a formula, unless it is just a number.
FORMULA, NUMBER = r"^[=+\-@\t\r]", r"^[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?%?$"
APOSTROPHE, NOTHING = make_text_scalar("'"), make_text_scalar("")


def defuse(column: Any) -> Any:
    """As such programs themselves do it; columns of other types than text stay as they are."""
    if not pa.types.is_string(column.type):
        return column
    is_formula = pc.and_(
        pc.match_substring_regex(column, FORMULA),
        pc.invert(pc.match_substring_regex(column, NUMBER)),
    )
    return pc.if_else(is_formula, pc.binary_join_element_wise(APOSTROPHE, column, NOTHING), column)


def defuse_text(cell: str) -> str:
    """The same of one cell."""
    is_formula = re.match(FORMULA, cell) and not re.fullmatch(NUMBER, cell, re.ASCII)
    return f"'{cell}" if is_formula else cell


def restore(cell: str) -> str:
    """The cell that was made harmless, if this one was."""
    bare = cell.removeprefix("'")
    return bare if bare != cell and defuse_text(bare) == cell else cell
