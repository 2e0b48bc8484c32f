"""The recommendation in plain words, one object for the page, the terminal, JSON and the Dashboard.

The rule stands in `reports.stats.answer.recommending`, the next steps in `reports.advice.steps`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports import labels, summary, text
from reports.advice import facts, reasons, shown, steps, using, without
from reports.advice.answer import answer, answered
from reports.advice.certainty import sure
from reports.advice.facts import Fact
from reports.advice.in_words import (
    answer_of,
    called,
    in_words,
    layers,
    setting_in_words,
)
from reports.advice.step import Step, how, written_by
from reports.frames import Run, once
from reports.naming import RANGE, plain_name
from reports.stats.answer import arms, recommending
from reports.stats.answer.recommending import CONSTANT, NETWORK, Choice
from reports.stats.lints import constants
from reports.stats.sampling.intervals import Interval
from reports.stats.search import tuning
from reports.stats.settings import measures

MATTERED = 3  # settings of the search that are named
# Of what was searched, what a headline tells, and how many: of more, the first.
ASKED_FOR, TOLD = ("hidden", "optimizer", "learning_rate", "l2", "keep_prob"), 3


@dataclass(frozen=True)
class Recommendation:
    """What to use, why, how good it is, what limits it, and what to do next.

    use: the model's name in the run, "" where there is none to recommend. kind: "network",
    "boosting", "linear model" or "constant". settings: of the network, or of the best
    one, in words, and which of them mattered. facts: the error,
    the comparison, the limit. same, open: other models that are as good, or may be. how: lines that
    use it, RUN standing for the run's folder. answer: of a study that compares arms, the sentences
    that answer its question; of what a function of the user's own trains, which no run saves, the
    headline is the first of them, and there is nothing to use.
    """

    use: str
    kind: str
    headline: str
    settings: str
    why: str
    facts: tuple[Fact, ...]
    error: Interval | None
    limit: str
    same: tuple[str, ...]
    open: tuple[str, ...]
    steps: tuple[Step, ...]
    how: str
    sure: str
    answer: str = ""

    def next_for(self, folder: Path) -> tuple[str, str]:
        """The command that writes the study of the next steps, and where they go by hand."""
        command = written_by(self.steps, folder)
        return command, how(self.steps, command)

    @property
    def beside_headline(self) -> str:
        """The answer without what the headline says already."""
        return self.answer.removeprefix(self.headline).lstrip()

    def how_for(self, folder: Path) -> str:
        """The lines that use it, for a run in that folder."""
        return using.of_folder(self.how, folder)

    def plain(self) -> dict[str, Any]:
        """As JSON says it."""
        error = self.error
        return {
            "use": self.use or None,
            "kind": self.kind or None,
            "headline": self.headline,
            "answer": self.answer or None,
            "settings": self.settings or None,
            "why": self.why,
            "error": None
            if error is None
            else {"estimate": error.estimate, "low": error.low, "high": error.high},
            "covers": error.covers if error else None,
            "limit": self.limit or None,
            "same": list(self.same),
            "not_decided": list(self.open),
            "facts": [one.plain() for one in self.facts],
            "next": [step.plain() for step in self.steps],
            "next_by": written_by(self.steps, Path(using.RUN)) or None,
            "how": self.how or None,
        }


@once
def recommendation(run: Run) -> Recommendation:
    """Of any run; of a search alone, or of one in which all diverged, what to do about that."""
    choice = recommending.choice(run)
    if choice is None:
        return _nothing(run)
    name = choice.name
    error = measures.on_new_rows(run, name, measures.plain())
    asked, limit = shown.value(run, name), facts.limit(run, name)
    is_of_use = not _is_question_alone(run)
    return Recommendation(
        name if is_of_use else "",
        choice.kind if is_of_use else "",
        _headline(run, choice),
        _settings(run, choice),
        reasons.why(run, choice),
        (facts.error(run, name, asked), facts.comparison(run, choice), limit),
        error,
        limit.value,
        tuple(one for one in choice.same if one != name),
        choice.open,
        steps.steps(run, choice),
        using.lines(run, choice) if is_of_use else "",
        sure(run, choice, asked),
        answered(run),
    )


def _settings(run: Run, choice: Choice) -> str:
    """Of the network; of the best one beside another model; and what mattered in the search."""
    if choice.kind == NETWORK:
        which = "" if choice.name == run.default else f"{choice.name}: "
        said = which + setting_in_words(run, choice.name)
    elif run.winner is not None:
        name = str(run.winner)
        which = f"{called(run, name)}, {name}" if name != run.default else called(run, name)
        said = f"if you want a network, {which}: {setting_in_words(run, name)}"
    else:
        return ""
    names = None if answered(run) else tuning.telling(run)
    if names is None:
        return said
    own = dict.fromkeys(plain_name(name.removesuffix(RANGE)) for name in names)
    listed = text.listing(list(own)[:MATTERED])
    return f"{said}. What mattered in the search: {listed}" if listed else said


def _is_question_alone(run: Run) -> bool:
    """Whether it compares what a function of the user's own trains, of which nothing is saved."""
    return bool(run.provenance.get("trainer")) and answer(run) is not None


def _headline(run: Run, choice: Choice) -> str:
    found = answer(run)
    if found is not None and _is_question_alone(run):
        return found.sentence
    if choice.kind == CONSTANT:
        return f"Nothing here beats a constant: {answer_of(run, choice.name)}."
    if choice.kind != NETWORK:
        is_open = run.winner in choice.open
        others = ": no network is shown to be better" if is_open else ", not a network"
        return f"Use {choice.name}{others}."
    if constants.constant(run, choice.name) is not None:
        return f"The best network, {choice.name}, answers the same for every row."
    if choice.name == run.default:
        compared = _varied(run, choice.name) if arms.arms(run) else {}
        which = text.listing([in_words({word: value}) for word, value in compared.items()])
        return f"Use a network with the default settings{f': {which}' if which else ''}."
    hidden = summary.settings(run, choice.name).get("hidden")
    if hidden is None or run.provenance.get("trainer"):
        return f"Use the best network, {choice.name}."
    varied = _varied(run, choice.name)
    told = [in_words({word: value}) for word, value in varied.items() if word != "hidden"]
    has_room = "hidden" in varied or arms.arms(run) or not told
    told = [layers(hidden), *told] if has_room else told
    return f"Use a network with {text.listing(told[:TOLD])}."


def _varied(run: Run, config: str) -> dict[str, Any]:
    """What a study compares, or searches, as the recommended network has it; asked for first."""
    if compared := arms.arms(run):
        arm = next((one for one in compared if one.config == config), None)
        if arm is None or len(arm.values) > 2:
            return {}
        return dict(zip(arms.words(run), arm.values, strict=True))
    found = labels.searched(run, config)
    return {word: found[word] for word in ASKED_FOR if word in found}


def _nothing(run: Run) -> Recommendation:
    """Nothing to recommend: why, and what to do about it."""
    headline, why, found = without.advice(run)
    trial = without.best_trial(run)
    words = "" if trial is None else without.settings(run, trial)
    return Recommendation(
        "", "", headline, words, why, (), None, "", (), (), found, "", "", answered(run)
    )
