"""How to use a model: the lines to paste."""

from pathlib import Path
from typing import Any

from reports import summary, text
from reports.advice.in_words import answer_of
from reports.frames import Run
from reports.stats.recommending import CONSTANT, NETWORK, Choice

RUN = "RUN"  # stands for the run's folder
# As scikit-learn calls what the run trained as baselines, on standardized columns.
MODELS = {
    "logistic regression": ("linear_model", "LogisticRegression(max_iter=2000)"),
    "class-weighted logistic regression": (
        "linear_model",
        'LogisticRegression(max_iter=2000, class_weight="balanced")',
    ),
    "linear regression": ("linear_model", "Ridge()"),
    "gradient boosting": (
        "ensemble",
        "HistGradientBoosting{}(random_state=0, early_stopping=False)",
    ),
    "class-weighted gradient boosting": (
        "ensemble",
        "HistGradientBoostingClassifier(\n"
        '    random_state=0, early_stopping=False, class_weight="balanced"\n)',
    ),
}


def lines(run: Run, choice: Choice) -> str:
    """A command where the run has the model; else lines of Python, or of a study of its own."""
    if choice.kind == CONSTANT:
        return f"# {answer_of(run, choice.name)}"
    if choice.kind != NETWORK:
        return _of_scikit_learn(run, choice.name)
    trainer = run.provenance.get("trainer")
    if trainer:
        return f"# as {trainer['call']} saves it"
    if choice.name == run.winner:
        return f"sweeps predict {RUN} new.csv"
    return _of_its_own(run, choice.name)


def of_folder(how: str, folder: Path) -> str:
    """With the run's folder in it."""
    return how.replace(f" {RUN} ", f" {text.quoted(folder.as_posix())} ")


def _of_scikit_learn(run: Run, name: str) -> str:
    if name not in MODELS:  # not one of ours
        return f"# {name}, as scikit-learn has it"
    module, call = MODELS[name]
    call = call.format("Regressor" if run.regression else "Classifier")
    how = f"from sklearn.{module} import {call.partition('(')[0]}\n"
    if run.several and module == "ensemble":  # of one number a model
        how += "from sklearn.multioutput import MultiOutputRegressor\n"
        call = f"MultiOutputRegressor({call})"
    return f"{how}{call}  # on scaled columns"


def _of_its_own(run: Run, name: str) -> str:
    """A study of one setting, whose winner it is."""
    values: dict[str, Any] = summary.settings(run, name)
    searched = dict.fromkeys(one.split(".")[0] for one in run.parameters)
    said = [f"  {word}: {text.yaml(values[word])}" for word in searched if word in values]
    return "\n".join(["space: {}", "fixed:", *said])
