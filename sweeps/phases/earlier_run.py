"""What a run has by which a study goes on that leaves the same open in its file.

It is the run that its folder has, or else the one that it learns from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sweeps.study import compatibility, replicates_section
from sweeps.study.compatibility import Section
from sweeps.study.objectives import is_at
from sweeps.study.replicates_section import ReplicatesSpec


@dataclass(frozen=True)
class EarlierRun:
    """A run by its identity, which may be damaged and is empty where there is none."""

    identity: Mapping[str, Any] = field(default_factory=dict)

    def as_begun(self, name: str, section: Section) -> Section:
        """The study's section of that name; where its file says nothing, as the run began it."""
        known = self.identity.get(name)
        return compatibility.as_begun(section, known) if isinstance(known, dict) else section

    def leaves_open(self, name: str, option: str) -> bool:
        """Whether its section of that name says nothing of an option."""
        known = self.identity.get(name)
        return isinstance(known, dict) and option not in known

    @property
    def replicates(self) -> ReplicatesSpec | None:
        """How it resamples; None of no run."""
        if not self.identity:
            return None
        return replicates_section.identified(self.identity.get("replicates"))

    @property
    def epochs(self) -> int | None:
        """How long its trials train, where all do alike."""
        fixed = self.identity.get("fixed")
        found = fixed.get("epochs") if isinstance(fixed, dict) else None
        return found if isinstance(found, int) and found >= 1 else None

    @property
    def at(self) -> str | None:
        """Which epoch of a curve counts, by its first objective."""
        objectives = self.identity.get("objective")
        first = objectives[0] if isinstance(objectives, list) and objectives else None
        found = first.get("at") if isinstance(first, dict) else None
        return found if is_at(found) else None
