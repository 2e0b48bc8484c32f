"""Technical words, explained where they stand and in a list at the end of the page.

A word becomes a link to its entry, whose text shows on hover; so a tap, a key or paper do as well.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup, escape

# By the word as the list has it; a text is searched for it in any case, also in the plural.
TERMS: Mapping[str, str] = {
    "baseline": "A simpler model trained on the same rows: linear, boosted trees, or a constant.",
    "bias": "What an error has because the network is too simple or trained too little: it errs "
    "on its own training rows, too.",
    "confirmation": "The second phase: the best settings and the defaults are trained again with "
    "fresh seeds (and fresh folds), so that luck in the search does not flatter them.",
    "cross-entropy": "A loss of classes: the mean of −log of the probability that was given to "
    "the right class.",
    "dev rows": "Rows that choose between settings; no network trains on them.",
    "dropout": "Switches off a random share of the units in each training step, against "
    "overfitting.",
    "epoch": "One pass over all training rows.",
    "fold": "One of the equal parts that rows are divided into. Each part is predicted by "
    "networks that trained on the others.",
    "interval": "The range that holds the true value in 95 of 100 such studies.",
    "L1 penalty": "Adds the sum of the weights' sizes to the loss, which makes those of useless "
    "columns zero.",
    "L2 penalty": "Weight decay, λ: adds the sum of squared weights to the loss, which keeps "
    "weights small.",
    "learning rate": "How far each training step moves the weights.",
    "loss": "How far the predicted probabilities (or numbers: squared, in SDs of the target) are "
    "from what is true; less is better. It tells settings apart sooner than the share of errors "
    "does.",
    "margin": "Smaller differences than this count as the same: half a point, or a tenth of the "
    "error, unless the study says another.",
    "out of fold": "Predicted by networks that did not train on the row.",
    "overfitting": "The network has learnt chance details of its training rows: it errs more on "
    "new rows.",
    "pruned": "Stopped early, because it was behind the other trials.",
    "RMSE": "Root of the mean squared error: a typical size of the errors, in the target's unit.",
    "seed": "The number that random weights, batches and masks start from.",
    "surrogate": "A smooth function that was fitted to the trials of the search and predicts what "
    "other settings would come to, without training them.",
    "test rows": "Rows that no network trains on and no choice looks at.",
    "trial": "One setting that the search tried.",
    "variance": "What an error has because training rows and seeds are chance: it falls with more "
    "rows, regularization, or several networks together.",
}
_FORMS = {term.lower().removesuffix("s"): term for term in TERMS}
_WORDS = "|".join(sorted(_FORMS, key=len, reverse=True)).replace(" ", "[ -]")
_WORD = re.compile(rf"\b({_WORDS})s?\b", re.IGNORECASE)


def _by_form(found: str) -> str:
    written = found.lower()
    return _FORMS.get(written) or _FORMS[written.replace("-", " ")]


def anchor(term: str) -> str:
    """The id of a word's entry: `word-l2-penalty`."""
    return "word-" + re.sub(r"\W+", "-", term.lower())


@dataclass
class Glossary:
    """The words of one page. used: those that stand in its text, for the list."""

    used: set[str] = field(default_factory=set)
    _here: set[str] = field(default_factory=set)

    def begin(self) -> str:
        """A new section, in which each word is explained once again; nothing to write."""
        self._here = set()
        return ""

    def explained(self, text: str) -> Markup:
        """A text whose words link to their entries, each the first time in its section."""
        made, end = Markup(""), 0
        for found in _WORD.finditer(text):
            term = _by_form(found[1])
            if term in self._here:
                continue
            self._here.add(term)
            self.used.add(term)
            link = Markup('<a class="word" href="#{}" title="{}">{}</a>')
            made += escape(text[end : found.start()])
            made += link.format(anchor(term), TERMS[term], found[0])
            end = found.end()
        return made + escape(text[end:])

    @property
    def entries(self) -> list[tuple[str, str, str]]:
        """(id, word, explanation) of the words that were used, by letter."""
        return [(anchor(term), term, TERMS[term]) for term in TERMS if term in self.used]
