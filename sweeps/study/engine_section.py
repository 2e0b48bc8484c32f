"""`engine:` of the study file: where its trials run.

How they run there is `sweeps.engines`'s work.
"""

from typing import Any, Literal

from pydantic import PrivateAttr, model_validator

from sweeps.base.consent import Address
from sweeps.base.errors import Expected
from sweeps.base.passwords import without_contents
from sweeps.engines import ENGINES
from sweeps.study.section_base import StudySection, refused


class EngineSpec(StudySection):
    """What runs the trials: this machine's processes, or the cluster at an address."""

    name: Literal["loky", "dask", "ray"]
    address: str | None = None
    _known: Address | None = PrivateAttr(None)  # the address, with where it came from

    @model_validator(mode="after")
    def _an_address_it_can_join(self) -> "EngineSpec":
        kind = ENGINES[self.name]
        if self.address is None or (kind.address and kind.address.fullmatch(self.address)):
            return self
        like = f"an address like {kind.example}" if kind.address else "no address"
        raise refused(Expected(f"{like} with {self.name}", self.address))

    def coming_from(self, known: Address) -> "EngineSpec":
        """The same, with where its address came from."""
        made = self.model_copy()
        made._known = known
        return made

    @property
    def known(self) -> Address | None:
        """The address, if there is one, with where it came from."""
        if self.address is None:
            return None
        return self._known or Address("engine", self.address, "engine", is_own=False)

    def follow(self) -> str | None:
        """The address to join, if there is one. Errors: UserError where the user did not say so."""
        return None if self.known is None else self.known.follow()

    def __str__(self) -> str:
        """As the plan and the provenance say it."""
        return f"{self.name} at {self.address}" if self.address else self.name


def as_section(value: Any) -> Any:
    """An engine as the study file names it, as `EngineSpec` takes it."""
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, dict | EngineSpec):
        return value
    forms = f"{', '.join(ENGINES)} or {{name: …, address: …}}"
    raise refused(Expected(forms, without_contents(value)))
