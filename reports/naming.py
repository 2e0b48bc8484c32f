"""What a setting of the study file is called on the page: one name in figures and in sentences.

The file's own word stands small beside it where one copies it, in tables.
"""

NAMES = {
    "l1": "L1 penalty",
    "l2": "L2 penalty",
    "keep_prob": "keep probability",
    "hidden": "hidden units",
}
RANGE = ".range"  # ends the name of a range beside exact values


def plain_name(name: str) -> str:
    """`learning rate` of `learning_rate`; of an arm's own, `momentum's beta`."""
    *_, arm, last = ["", *name.removesuffix(RANGE).split(".")]
    words = NAMES.get(last, last.replace("_", " "))
    said = f"{arm.replace('_', ' ')}'s {words}" if arm else words
    return f"{said}, range" if name.endswith(RANGE) else said


def file_word(name: str) -> str:
    """The study file's word, where the plain one is another; "" where a reader sees it in that."""
    return "" if plain_name(name) == name.replace("_", " ") else name
