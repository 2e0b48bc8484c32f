"""What a setting of the study file is called on the page, and its values, in figures and sentences.

The file's own word stands small beside it where one copies it, in tables.
"""

import re

from reports import text

NAMES = {
    "l1": "L1 penalty",
    "l2": "L2 penalty",
    "keep_prob": "keep probability",
    "hidden": "hidden units",
}
WORDS = re.compile(r"[a-z]+(_[a-z]+)+")  # such as gradient_descent
RANGE = ".range"  # ends the name of a range beside exact values


def plain_name(name: str) -> str:
    """`learning rate` of `learning_rate`; of an arm's own, `momentum's beta`."""
    *_, arm, last = ["", *name.removesuffix(RANGE).split(".")]
    words = NAMES.get(last, last.replace("_", " "))
    said = f"{arm.replace('_', ' ')}'s {words}" if arm else words
    return f"{said}, range" if name.endswith(RANGE) else said


def plain_value(name: str, value: object) -> str:
    """A value beside its setting's name: `64`, `32+16` or `none` of hidden units, `0` of `0.0`."""
    said = text.value(value)
    if value is None or said == text.DASH:
        return said
    if name.rpartition(".")[2] == "hidden":
        return widths(said) or "none"
    if said == RANGE.strip("."):
        return "a range"
    if WORDS.fullmatch(said):
        return said.replace("_", " ")
    return said.removesuffix(".0") if said.removesuffix(".0").isdigit() else said


def widths(hidden: object) -> str:
    """Hidden layers, from the input on: `32+16`, `3×20` of three alike; "" of none."""
    each = text.value(hidden).strip("[]").split(", ")
    is_even = len(each) > 1 and len(set(each)) == 1
    return f"{len(each)}{text.TIMES}{each[0]}" if is_even else "+".join(each)


def file_word(name: str) -> str:
    """The study file's word, where the plain one is another; "" where a reader sees it in that."""
    return "" if plain_name(name) == name.replace("_", " ") else name
