"""`final:` of the study file: which rows the saved networks are trained on."""

from typing import Literal

from sweeps.study.section_base import StudySection


class Final(StudySection):
    """The saved networks: those of the confirmation, or others that are trained on all rows.

    rows: pool for the confirmation's, which no test row has trained; all for test rows, too; auto
    for all where every row but the test rows is judged out of fold.
    """

    rows: Literal["auto", "pool", "all"] = "auto"
