"""What `sweeps.run` returns and `sweeps.load` reads: the frames, the winner, the report."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sweeps.base.errors import Expected, UserError
from sweeps.results import unreadable
from sweeps.results.kept_frames import KeptFrames
from sweeps.storage import folders, made_again

if TYPE_CHECKING:
    from reports.advice.recommendation import Recommendation
    from sweeps.results.figures import Figures
    from sweeps.results.model import Model
    from sweeps.results.predicting import Predictor


@dataclass(frozen=True, repr=False)
class Result(KeptFrames):
    """A finished run, read from its folder; get one by `sweeps.run` or `sweeps.load`.

    `print` and a notebook show what it recommends, its table of winners and the report's place.

    Args:
        folder: The run folder.

    Example:
        >>> import sweeps
        >>> result = sweeps.load("runs/moons")  # of the example of `sweeps.run`
        >>> result
        sweeps.load('runs/moons')
        >>> print(str(result).splitlines()[-1])
        Report: runs/moons/report.html
    """

    @cached_property
    def recommendation(self) -> "Recommendation":
        """The model to use, by rule: of those that are the same as the best one, the simplest.

        Returns:
            `use` names it ("" where there is none) and `kind` says what it is; `headline`, `why`,
            `settings` and `sure` are sentences, `error` an interval; `steps` are what to do next,
            each with `lines` for the study file; `same` and `open` name models that are as good, or
            may be.

        Raises:
            ValueError: A file is missing, damaged or foreign (`reports.frames.RunFolderError`).

        Example:
            >>> import sweeps
            >>> sweeps.load("runs/moons").recommendation.steps[0].do  # that was a search alone
            'Confirm it, against the defaults and simple models:'
        """
        from reports.advice import recommendation

        return recommendation.recommendation(self.run)

    def next(self, steps: Sequence[int] = (), name: str | None = None) -> dict[str, Any]:
        """The study that the recommendation's next steps ask for, to be run or changed first.

        Args:
            steps: Which of them, from 1 on; by default all that need nothing of the user's own.
            name: The study's; by default this one's with the next number that is free.

        Returns:
            The study as `sweeps.run` takes it: this one with the lines of the steps in it, what is
            as by default left out. Its paths begin in the current folder.

        Raises:
            UserError: There is no such step, or none that can be written; or the run's study.yaml
                is missing or damaged.
            ValueError: Another file is (`reports.frames.RunFolderError`).

        Example:
            >>> import sweeps
            >>> study = sweeps.load("runs/confirmed").next(steps=[1])
            >>> study["name"]
            'confirmed-2'
        """
        from sweeps.results import next_study

        advised = self.recommendation.steps
        try:
            return next_study.after(self.folder, advised, steps, name, Path()).study
        except Expected as fault:
            raise UserError(f"{fault.at}: {fault.message}") from None

    @cached_property
    def best(self) -> dict[str, Any]:
        """The winner's settings: of the confirmation, or of the search where none was made.

        Returns:
            By name, as the study file says them: all of them after a confirmation, those that were
            searched without one; empty where no trial is complete.

        Raises:
            ValueError: A file is missing or damaged.

        Example:
            >>> import sweeps
            >>> list(sweeps.load("runs/moons").best)
            ['learning_rate']
        """
        if self.confirm is not None:
            winner = self.confirm[self.confirm["rank"] == 1].iloc[0]
            settings: dict[str, Any] = json.loads(winner["settings"])
            return settings
        found = self.trials[self.trials["rank"] == 1]
        if found.empty:
            return {}
        (row,) = found.filter(like="param.").to_dict("records")
        known = {name: value for name, value in row.items() if pd.notna(value)}
        return {str(name).removeprefix("param."): value for name, value in known.items()}

    def is_failure(self, confirmed: bool) -> bool:
        """Whether no trial came to anything, or a confirmation that was asked for to nothing.

        Args:
            confirmed: Whether a confirmation was asked for.

        Returns:
            True where every trial has failed, or nothing was confirmed though it was asked for.

        Raises:
            ValueError: A file is missing or damaged.

        Example:
            >>> import sweeps
            >>> sweeps.load("runs/moons").is_failure(confirmed=False)
            False
        """
        return bool((self.trials["state"] == "failed").all()) or (
            confirmed and self.confirm is None
        )

    @property
    def report(self) -> Path:
        """The place of the HTML report.

        Returns:
            `report.html` in the run folder; one file, that needs no other.

        Example:
            >>> import sweeps
            >>> sweeps.load("runs/moons").report.name
            'report.html'
        """
        return self.folder / "report.html"

    @cached_property
    def figures(self) -> "Figures":
        """The page's figures as calls, each of which draws one of matplotlib's.

        Returns:
            `figures.NAME()` is a figure with the page's data and words: the last line of a cell
            shows it, `.save("x.pdf")` keeps it, `.caption` and `.data` are what the page says and
            shows. `dir(result.figures)` lists the names; where the run has nothing for one, it is
            a UserError that says what it takes.

        Raises:
            ValueError: A file is missing, damaged or foreign (`reports.frames.RunFolderError`).

        Example:
            >>> import sweeps
            >>> sweeps.load("runs/confirmed").figures.errors().save("errors.pdf")
        """
        from sweeps.results.figures import Figures

        return Figures(self.run)

    @cached_property
    def model(self) -> "Model":
        """The winner's networks, those that diverged left out: an ensemble of P.

        Returns:
            `model.outputs(frame)` (n, K) are the mean probabilities of K classes, or the mean
            predictions of K targets; `model.networks(frame)` (P, n, K) are each network's.

        Raises:
            UserError: Nothing was confirmed, all networks diverged, they are a training function's
                of the user, or the file is damaged.

        Example:
            >>> import pandas as pd
            >>> import sweeps
            >>> rows = pd.DataFrame({"x1": [0.0, 1.0], "x2": [1.0, -0.5]})
            >>> sweeps.load("runs/confirmed").model.outputs(rows).shape
            (2, 2)
        """
        from sweeps.results import model_file

        path = self.folder / "model.npz"
        if not path.exists():
            raise UserError(self._without_model(path))
        try:
            return model_file.load(path)
        except UserError as fault:
            raise UserError(f"{fault}{made_again.remedy(path)}") from None

    def _without_model(self, path: Path) -> str:
        """Why there is none. Errors: UserError where the confirmation is gone, too."""
        known = folders.provenance(self.folder) or {}
        if self.confirm is None:
            why = "nothing was confirmed"
        elif trainer := known.get("trainer"):
            why = f"its models are those of {trainer['call']}, which saves what it wants to"
        elif not (self.confirm[self.confirm["rank"] == 1]["status"] == "ok").any():
            why = "all networks diverged"
        else:
            return f"{path}: expected the winner's networks, got none{made_again.remedy(path)}"
        return f"{self.folder}: expected a study with a model.npz, got none: {why}"

    def predictor(self, model: str = "winner") -> "Predictor":
        """A model that predicts from raw columns, to be asked more than once.

        Args:
            model: "winner", its saved networks; "recommended", what `recommendation` says to use;
                or a baseline of the run by its name: "logistic regression", "linear regression",
                "gradient boosting", "majority class", "mean" (or "linear", "boosting", "constant").
                A baseline is fitted again on the study's own rows, which have to be as they were:
                on those that the saved networks have, see `final` of the study file.

        Returns:
            `.predict(frame)` gives answers, `.outputs(frame)` (n, K) probabilities of K classes, or
            the predictions of K targets.

        Raises:
            UserError: The run has no such model; or the study's rows are gone, or others.

        Example:
            >>> import pandas as pd
            >>> import sweeps
            >>> rows = pd.DataFrame({"x1": [0.0, 1.0], "x2": [1.0, -0.5]})
            >>> commonest = sweeps.load("runs/confirmed").predictor("majority class")
            >>> commonest.outputs(rows).shape
            (2, 2)
        """
        from sweeps.results import named_models

        try:
            return named_models.named(self, model)
        except Expected as fault:
            raise UserError(f"model: {fault.message}") from None

    def predict(self, frame: Any, model: str = "winner") -> pd.Series | pd.DataFrame:
        """Predict new rows: by the mean of the winner's networks, or by another model of the run.

        Args:
            frame: (n, columns) raw rows, as `sweeps.run` takes them: a DataFrame, another library's
                or Arrow's table, or an array, whose columns are x1, x2, … It has the columns that
                the study trained on, by name, in their own units and words; others are left alone.
            model: As of `predictor`; `model="recommended"` is what the report says to use.

        Returns:
            (n,) the class, or the number in the target's own units, of each row, by its index; of
            several targets a frame with a column each.

        Raises:
            UserError: It is no table; a column is missing or does not hold what it should; there
                are no networks to predict with (see `model`); or as of `predictor`.

        Example:
            >>> import pandas as pd
            >>> import sweeps
            >>> rows = pd.DataFrame({"x1": [0.0, 1.0], "x2": [1.0, -0.5]})
            >>> sweeps.load("runs/confirmed").predict(rows).name
            'class'
        """
        return self.predictor(model).predict(frame)

    def __repr__(self) -> str:
        return f"sweeps.load({self.folder.as_posix()!r})"

    def __str__(self) -> str:
        from sweeps.results import display

        return display.text(self.run, self.report)

    def _repr_html_(self) -> str:
        from sweeps.results import display

        return display.as_html(self.run, self.report)


def load(folder: "str | os.PathLike[str]") -> Result:
    """The result in the folder of a finished run, all of it checked. Errors: UserError."""
    from reports import frames

    result = Result(folders.expect_finished(Path(folder)))
    try:
        result.run  # noqa: B018 - reads and checks all of it but the predictions
        if result.confirm is not None:
            result.table  # noqa: B018 - and those
    except frames.RunFolderError as fault:
        raise unreadable.told(fault) from None
    return result
