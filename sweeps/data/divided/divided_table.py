"""A table whose columns are read and whose rows are divided: what datasets are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Expected
from sweeps.data.arrays.dataset import Target
from sweeps.data.cell import near_words
from sweeps.data.column import (
    code_columns,
    column_uses,
    columns,
    decimal_marks,
    encode,
    row_counters,
    target_words,
)
from sweeps.data.column.encode import Encoder
from sweeps.data.divided import row_weights, targets
from sweeps.data.divided.division import Division, divide
from sweeps.data.divided.split import Rows
from sweeps.data.divided.targets import TargetColumn
from sweeps.data.source import source_names
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec


def where(spec: DataSpec) -> str:
    """What a message about rows of the study begins with: their sources, in short."""
    names = [spec.source, *(one.source for one in spec.apart.values())]
    return " and ".join(dict.fromkeys(map(source_names.short, names)))


@dataclass(frozen=True)
class DividedTable:
    """Rows as they were read and divided.

    names, groups, weights: the class, the group and the weight of each row, if there are such.
    weight_said: how the weights' texts are read as numbers.
    """

    spec: DataSpec
    table: SourceTable
    features: columns.Features
    column: TargetColumn
    names: pd.Series | None
    groups: pd.Series | None
    division: Division
    weights: NDArray[np.float64] | None = None
    weight_said: str = ""

    @property
    def parts(self) -> dict[str, Rows]:
        """Row numbers by part, of which dev and test may have none."""
        return self.division.parts

    @property
    def where(self) -> str:
        """What a message about its rows begins with."""
        return where(self.spec)

    @property
    def pool(self) -> Rows:
        """All rows but the test rows, ascending."""
        return np.sort(np.concatenate([self.parts[part] for part in ("train", "dev")]))

    @cached_property
    def layout(self) -> Encoder:
        """The encoder that is fitted on the pool, whose inputs all replicates' networks have."""
        return self.encoder(self.pool)

    def target(self, train: Rows) -> tuple[Target, NDArray[Any]]:
        """The target by these training rows, and each row's class code, or standardized numbers."""
        if self.names is None:
            return targets.standardized(self.table, self.column, train)
        return targets.coded(self.table, self.names, self.column.classes)

    def encoder(self, train: Rows) -> Encoder:
        """The encoder that is fitted on these training rows alone."""
        features, outcomes = self.features, None
        if features.readings.by_target:
            outcomes = self._outcomes(train)
        standardize, readings = self.spec.standardize, features.readings
        return encode.fit(features.frame, standardize, readings, outcomes, train)

    def encode_training(self, encoder: Encoder, train: Rows, x: NDArray[Any]) -> NDArray[Any]:
        """Inputs (n, n_inputs) of training rows, of which none is told its own target: in place."""
        if self.features.readings.by_target:
            units = train if self.groups is None else pd.factorize(self.groups)[0][train]
            frame = self.features.frame.iloc[train]
            encoder.encode_training(frame, self._outcomes(train), units, x)
        return x

    def weights_of(self, parts: Mapping[str, Rows]) -> dict[str, NDArray[np.float64] | None]:
        """The weights of rows by part, None where all count alike.

        Errors: UserError where a part has none above 0, or a class of the training rows.
        """
        if self.weights is None:
            return dict.fromkeys(parts)
        where = f"{self.where}: column '{self.spec.weight}'"
        row_weights.expect_some(self.weights, parts, self.names, where)
        return {part: self.weights[rows] for part, rows in parts.items()}

    def _outcomes(self, train: Rows) -> NDArray[np.float64]:
        target, codes = self.target(train)
        return target_words.outcomes(target.task, len(target.classes), codes[train])


def of(table: SourceTable, spec: DataSpec) -> DividedTable:
    """Rows that were read, divided. Errors: Expected (below `data`), UserError, WrongCell."""
    used = [c for c in (spec.group, spec.split.column, spec.split.time) if c is not None]
    column_uses.expect_known(spec, table, used)
    table = code_columns.declared(table, spec)
    column = targets.read(table, spec, where(spec))
    weight = row_weights.taken(table, spec)
    weights = row_weights.read(table, spec, weight)
    unused = [*table.targets, *used, *spec.ignore, *([spec.weight] if spec.weight else [])]
    starts = [one.start for one in table.files] or [0]
    features = columns.choose(table.frame.drop(columns=unused, errors="ignore"), spec, starts)
    features = replace(
        features,
        unclear=features.unclear
        | code_columns.remarks(table, spec, features.frame)
        | near_words.remarks(spec, features.frame)
        | near_words.remarks(spec, table.frame[[*table.targets]]),
        changed=features.changed | code_columns.changed(table, spec),
        doubtful=row_counters.doubted(features.frame.drop(columns=[*spec.columns], errors="ignore"))
        | features.doubtful,
    )
    others = {name: one.unsure for name, one in zip(table.targets, column.each, strict=True)}
    others |= {} if weight is None else {str(spec.weight): weight.unsure}
    decimal_marks.expect_told(table, spec, features, others, where(spec))
    column_uses.expect_readable(features, spec, table, where(spec))
    groups = column_uses.groups(table, spec.group)
    is_classes = column.task == "classification"
    names = targets.names(column.values, table) if is_classes else None
    try:
        division = divide(spec, table, names, groups)
    except Expected as fault:
        other = targets.other_reading(column.values, spec) if is_classes else ""
        raise fault.with_hint(other) if other else fault from None
    said = "" if weight is None else weight.said
    return DividedTable(spec, table, features, column, names, groups, division, weights, said)
