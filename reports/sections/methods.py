"""What each number means and what each interval covers, in words."""

from collections.abc import Iterator

import numpy as np

from reports import summary, text, units
from reports.frames import Run
from reports.sections import fold_words, procedure
from reports.sections.blocks import Pairs, Section, section
from reports.sections.decomposition import method as method_of_parts
from reports.sections.growth import method as method_of_growth
from reports.stats.sampling import scores, weighing
from reports.stats.sampling.bootstrap import DRAWS
from reports.stats.settings import measures, objectives, rows


def methods(run: Run) -> Section:
    """The meaning of every kind of number on the page."""
    items = [*_words(run)]
    if run.winner is not None:
        items += _confirmed(run) + _grouped(run)
    items += _always(run)
    return section("methods", "Methods", [Pairs("", tuple(items))])


def _rmse(run: Run) -> str:
    if run.target_sd is not None:
        return (
            f"Root mean squared error in {units.of_target(run)}: a constant predictor has about "
            f"one SD of it, {text.amount(run.target_sd)}."
        )
    what = "Root mean squared error in units of the training target's standard deviation"
    if run.several:
        what = (
            "Root of the mean over targets of the squared error, each in units of its training "
            "target's standard deviation"
        )
    return f"{what}: a constant predictor has about 1."


def _mean_square(run: Run) -> str:
    if run.several:
        return "Mean over targets of the squared error of the standardized targets"
    return "Mean squared error of the standardized target"


def _words(run: Run) -> list[tuple[str, str]]:
    error = _rmse(run) if run.regression else "The share of rows misclassified."
    loss = (
        f"{_mean_square(run)}, whatever loss was trained on"
        if run.regression
        else "Mean cross-entropy in nats of the labels as they are, neither smoothed nor weighted"
    )
    return [
        ("Error", error),
        (
            "Loss",
            f"{loss}, without penalties. Errors and losses are taken in evaluation mode "
            "(no dropout) on whole splits.",
        ),
        (
            "Two phases",
            "A search overfits its own dev rows, and a pruned trial was stopped for "
            "being slow; so every interval, speed-up and verdict comes from the confirmation: "
            "fresh seeds, unpruned, a common horizon"
            f"{', test rows that no choice has seen' * run.has_test}.",
        ),
        *_weighted(run),
        *_counted(run),
        *_resampled(run),
    ]


def _weighted(run: Run) -> Iterator[tuple[str, str]]:
    if words := weighing.in_words(run):
        yield (
            "Weights of rows",
            f"{words[0].upper()}{words[1:]}. {weighing.METHOD * weighing.applies(run)}",
        )
    if run.baselines["config"].str.startswith("class-weighted").any():
        yield (
            "Class-weighted baselines",
            "Networks may give classes the same total weight in training, or are judged as if; so "
            "the linear model and gradient boosting are also trained with scikit-learn's "
            'class_weight="balanced" (a row of a class of n rows counts N / (K n), of N rows in K '
            "classes). They are compared like all others.",
        )


def _counted(run: Run) -> Iterator[tuple[str, str]]:
    if run.provenance["objective"].get("at") == "shared":
        yield (
            "The epoch that counts",
            "All networks of a setting count at one epoch: the one at which they were best "
            "together in the search, on its dev rows. The confirmation trains on to the common "
            "horizon, for the curves, and takes weights and scores at that epoch, so that no "
            "score of its own chooses one.",
        )


def _resampled(run: Run) -> Iterator[tuple[str, str]]:
    words = run.provenance["search"].get("resample")
    if words is not None:
        data = run.provenance["data"]
        yield (
            "Replicates of the search",
            f"Each has training rows and dev rows of its own: {words} of the "
            f"{int(data['train']) + int(data['dev'])} rows that are not test, the same for every "
            "trial. Scalers, fill values, categories and the units of the target are taken from "
            "its own training rows. A trial's value is the mean over them, so it does not hang on "
            "one choice of dev rows, and its SD is one over rows and seeds. "
            f"{fold_words.search(run)}",
        )


def _grouped(run: Run) -> list[tuple[str, str]]:
    name = run.provenance["data"].get("group")
    if name is None:
        return []
    whole = f"All rows of one {name} are on one side of the split"
    each = {split: rows.group(run, split) for split in run.splits}
    counts = {split: len(np.unique(one)) for split, one in each.items() if one is not None}
    among = [f"{n} of them among the {split} rows" for split, n in counts.items()]
    if len(counts) < len(each):  # a run of an earlier version
        return [
            (
                "Groups",
                f"{whole}. The intervals take rows for independent all the same: where "
                "those of one group are alike, they are too narrow.",
            )
        ]
    return [
        (
            "Groups",
            f"{whole}, and every interval over new rows draws them together: it covers new "
            f"groups. There are {text.listing(among)}; from few, such an interval is too narrow.",
        ),
    ]


def _confirmed(run: Run) -> list[tuple[str, str]]:
    return [
        (
            "Error on new rows",
            'Seeds and rows are crossed (after Owen, 2007, "The pigeonhole '
            f'bootstrap"): in each of {DRAWS} draws from a fixed generator the rows are resampled, '
            "and what other seeds would change is drawn from Student's t, on the scale of log odds "
            "(of numbers, of logarithms); the scatter of single rows from seed to seed, which is "
            "in both, counts once (Cornfield and Tukey, 1956). The bounds are percentiles 2.5 and "
            f"97.5. It covers {rows.covers(run, 'rows')}"
            f"{fold_words.no_other_set(run)}. A t over seeds alone would be too narrow, the "
            "more so the more seeds there are.",
        ),
        *fold_words.methods(run),
        *_means_of_losses(run),
        (
            "Few errors",
            "Rows that are all right do not show that the next one will be. So in half "
            "of the draws one more row stands among them that every network gets wrong, in the "
            "other half one that every network gets right (mid-P; Lancaster, 1961). Without an "
            "error in n rows the upper bound is about 3 / n. Such an interval holds the truth more "
            "often than it says: where errors are fewer than five or so, in 98 cases of 100 and "
            "more. Of the mean of the classes' errors one class at a time, by turns, has the row "
            "more. Of a difference, the row more is as often wrong for both settings, for neither, "
            "and for either alone (after Agresti and Min, 2005).",
        ),
        (
            "Single models",
            "Wilson's interval (1927) for the error of a baseline or of any other "
            "single model; it covers new rows.",
        ),
        (
            "Between settings",
            f"By {measures.measure(run).unit(run).name}: what the study asks for, of "
            f"{run.judged} rows where they say it. The plain error stands beside it. The answer "
            "goes by the interval for new rows: the paired crossed bootstrap. Better and worse "
            "need the whole interval, the same needs it within a margin (0.5 points of a share of "
            "rows or a tenth of it, whichever is larger; of a cross-entropy that times the log "
            "odds of the error; a tenth of anything else; or the study's "
            "confirm.margin); else it is not decided. For these rows alone: Student's t on paired "
            "differences; replicate i of each setting has the same seed and sees the same rows; no "
            "narrower than if one network differed by one row. Costs, the train loss and the gap "
            "are of no rows left out: they are compared over networks, or exactly, and baselines "
            "by plain error.",
        ),
        *_scores(run),
        (
            "Bias or variance",
            f"Avoidable bias = train error {text.MINUS} reference; variance = dev "
            f"{text.MINUS} train; dev overfit = test {text.MINUS} dev (after Ng, 2018). Bias has a "
            "t over seeds, cut where an error cannot be, and no narrower than if one network erred "
            "on one row more. The margin is 0.5 points or a tenth of the dev error, whichever is "
            "larger; a tenth of the dev value for losses and RMSE. P is the probability that a gap "
            "is above it. High variance needs its whole interval above the margin, and on the same "
            "draws a probability of .95 that it is larger than the bias; high bias the reverse, "
            'and a reference error, without which it may be noise; "no large gap" needs those of '
            "all to lie below the margin; everything else is undecided.",
        ),
        *method_of_parts(run),
        *method_of_growth(run),
        *procedure.method(run),
        (
            "Speed",
            f"Target: {summary.target_in_words(run)}. Hit at two evaluations running, "
            "counted at the first; misses and diverged networks count with the horizon and are not "
            "censored earlier. Curves by Kaplan and Meier (1958). A mean of epochs has no interval "
            "where one network alone reached the target or missed it; where all reached it, it is "
            "for networks that do, and the share that does has Wilson's. Speed-up: ratio of these "
            "means; its interval holds the ratios that a paired sign-flip test does not reject at "
            "5\N{NO-BREAK SPACE}%. It presumes that the two settings' times differ in scale alone; "
            "where one's scatter far more, it is too narrow. None where a side never arrived. The "
            "chance of being sooner is the Mann-Whitney U over the number of pairs, with the "
            "interval of Newcombe (2006), method 5. The speed-up by target has no intervals: "
            "twenty of them, of the same networks, would be read as twenty findings.",
        ),
    ]


def _scores(run: Run) -> Iterator[tuple[str, str]]:
    if measures.measure(run).of_rows in scores.SCORES:
        yield (
            "The objective on new rows",
            "Scored anew in each draw, every row counted as often as it was drawn. Where it is of "
            "classes, one row more stands among them as in Few errors, of one class after the "
            "other. Where a class has few rows, and of an AUC wherever, the interval is wider than "
            "needed. Such an interval holds the truth in 98 to 99 cases of 100, or more.",
        )


def _chosen(run: Run) -> Iterator[tuple[str, str]]:
    if len(run.configs) > 1:
        yield (
            "The winner's luck",
            "The winner was chosen by the same fresh seeds that report it, so its mean is likely "
            "too good. Its intervals on new rows, and those of its differences, are moved by what "
            "that comes to: the seeds are drawn again, the winner is chosen anew in each draw, and "
            "what it gains there is taken back (after Efron, 2014), at most 1.5 of its own "
            "standard errors. They are wider by as much; the means stay as they were "
            "measured. Of several settings that are equally good, with seeds that differ much, "
            "they still hold the truth in some 90 to 93 cases of 100 only."
            f"{fold_words.luck(run)}",
        )


def _means_of_losses(run: Run) -> Iterator[tuple[str, str]]:
    name = "RMSE and loss on new rows" if run.regression else "Loss on new rows"
    tails = (
        " Residuals with a tail as heavy as that of Student's t with three degrees of freedom are "
        "the exception: intervals hold the truth in some 80 to 90 cases of 100, and a finding says "
        "so where the tail is seen." * run.regression
    )
    yield (
        name,
        "A few rows make up much of it, and the worst are mostly not among those at hand. So rows "
        "are resampled by the bootstrap-t on the logarithm (Efron and Tibshirani, 1993, ch. 12), "
        "whose upper bound reaches further, three standard errors in a draw at most." + tails,
    )


def _aims(run: Run) -> Iterator[tuple[str, str]]:
    goals = objectives.objectives(run)
    if len(goals) > 1:
        yield (
            "Pareto front",
            "The complete trials that keep the constraints and that no other of them dominates: "
            "better by one objective, worse by none. Hypervolume (Zitzler and Thiele, 1998): of "
            "two objectives, as a share of the rectangle whose corners are said.",
        )
    if any(goal.reduce != "mean" for goal in goals):
        yield (
            "Reductions",
            "A quantile or median over seeds has an interval by order statistics, where there are "
            "seeds enough; a worst case, and a mean with its spread, have none.",
        )


def _always(run: Run) -> list[tuple[str, str]]:
    return [
        (
            "Divergence",
            "A network whose loss leaves the finite numbers counts with the worst "
            "value: error 1 (its RMSE counterpart in regression), loss ten times the constant "
            "predictor's. It is never dropped. A setting of which every network diverged has "
            "no error, and no interval.",
        ),
        *_aims(run),
        (
            "Importance",
            "PED-ANOVA (Watanabe et al., 2023): what sets the best tenth of the "
            "complete trials, or the best five, apart from all of them. A parameter of an arm is "
            "judged among the trials that had it, ten or more; those that all trials had add up to "
            "1. What chance reaches: the same with the values shuffled over the trials, up to "
            "1,000 times, jointly for all parameters (Westfall and Young, 1993). "
            "Evaluators can disagree totally, and importance is not worth: a parameter can matter "
            "without tuning it being worth the while.",
        ),
        *_chosen(run),
        (
            "Not corrected",
            f"Intervals are {text.LEVEL} each, not jointly. The dev rows have chosen "
            "too: what the winner owes to them its dev error keeps"
            f"{'; its test error owes nothing' * run.has_test}.",
        ),
    ]
