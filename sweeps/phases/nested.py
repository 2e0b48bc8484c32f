"""The outer folds of a study: the same study once more, the rows of the fold being its test rows.

Each has a run folder of its own inside the study's, and is a study that can go on by itself.
"""

from pathlib import Path

from sweeps.base import files
from sweeps.base.errors import Expected, Unquoted, UserError
from sweeps.data.datasets import folded_dataset, loading, resampled_dataset
from sweeps.data.divided import outer_folds, resampling
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.divided.split import Rows
from sweeps.study.data_section import OuterFold
from sweeps.study.file.documents import Document
from sweeps.study.final_section import Final
from sweeps.study.spec import Study

FOLDER = "outer"  # in the run folder; each fold's is named by its number
LONGEST = 54  # characters of the study's name in that of a fold's


def of_fold(study: Study, number: int) -> Study:
    """The same study of all rows but those of an outer fold."""
    outer = OuterFold(folds=int(study.confirm.nested or 0), fold=number)
    split = study.data.split.model_copy(update={"outer": outer})
    own = {
        "name": f"{study.name[:LONGEST]}-{FOLDER}-{number}",
        "data": study.data.model_copy(update={"split": split}),
        "confirm": study.confirm.model_copy(update={"nested": None, "learning_curve": 0}),
        "final": Final(rows="pool"),
        "storage": None,
        "artifacts": None,
    }
    return study.model_copy(update=own)


def folders(folder: Path, folds: int) -> list[Path]:
    """The run folder of each fold. Errors: UserError where there is a link instead."""
    found = [folder / FOLDER / str(number) for number in range(1, folds + 1)]
    for path in (folder / FOLDER, *found):
        if path.is_symlink():
            raise files.not_of_a_run(path, path.lstat().st_mode)
    return found


def expect_folds(study: Study, document: Document, base: Path) -> None:
    """There are rows enough for every fold, and for what is drawn in it. Errors: UserError."""
    try:
        divided, folds = drawn(study, base)
        for number in range(1, len(folds) + 1):
            _expect_fold(of_fold(study, number), divided, number)
    except Expected as fault:
        raise UserError(document.fault("confirm.nested", fault)) from None


def drawn(study: Study, base: Path) -> tuple[DividedTable, list[Rows]]:
    """The table, and the rows of each outer fold. Errors: Expected, or UserError."""
    divided = loading.read(study.data, base)
    known = divided.names, divided.groups, len(divided.table.frame)
    return divided, outer_folds.drawn(int(study.confirm.nested or 0), study.data.split, *known)


def _expect_fold(study: Study, whole: DividedTable, number: int) -> None:
    """Errors: Expected; UserError for rows of which none has a weight."""
    try:
        divided = loading.divided(whole.table, study.data)
        divided.weights_of({part: rows for part, rows in divided.parts.items() if len(rows)})
        if study.replicates.is_resampled:
            pool = resampled_dataset.pool(divided, resampling.SEARCH)
            resampling.draw(study.replicates, study.data.split, pool)
            pool = resampled_dataset.pool(divided, resampling.CONFIRMATION)
            folded_dataset.drawn_folds(study.confirm, study.data.split, pool)
    except Expected as fault:
        got, why = Unquoted(f"too few in fold {number}"), f"fewer folds leave more: {fault.message}"
        raise Expected("rows enough for the study in every outer fold", got, why) from None
