"""Whether a study's search agrees with the rest: what a sampler, a pruner, `per` need of it."""

import importlib.util
import math
from collections.abc import Iterator

from sweeps.base.errors import Expected, Unquoted, did_you_mean
from sweeps.study import pruner_options, sampler_options
from sweeps.study.random_configs import DRAWS, kept_share
from sweeps.study.space import Range, walks
from sweeps.study.spec import Study

Found = Iterator[tuple[str, Expected]]


def _sampler(study: Study) -> Found:
    sampler, space = study.search.sampler, study.space
    where = "search.sampler"
    if sampler.name in sampler_options.NEEDS:
        module, package = sampler_options.NEEDS[sampler.name]
        if importlib.util.find_spec(module) is None:
            missing = Unquoted("none")
            yield (
                where,
                Expected(f"{package} for {sampler.name}", missing, f"pip install {package}"),
            )
    if isinstance(sampler, sampler_options.CmaEs):
        if len(study.objectives) > 1:
            yield where, Expected("one objective for cmaes", Unquoted(f"{len(study.objectives)}"))
        if study.metric_constraints:
            text = study.metric_constraints[0].text
            yield where, Expected("no constraints on metrics for cmaes", text)
        if space.structure() - ({study.search.per} if study.search.per else set()):
            hint = "its ranges have to be the same for every trial; try tpe"
            yield where, Expected("no conditional parameters for cmaes", Unquoted("some"), hint)
        ranges = [leaf for leaf in space.parameters() if isinstance(leaf, Range)]
        if len(ranges) < 2:
            yield where, Expected("two ranges or more for cmaes", Unquoted(f"{len(ranges)}"))
    if isinstance(sampler, sampler_options.BruteForce | sampler_options.Grid):
        points = sampler_options.points(sampler)
        size = walks.size(space, space.parameters(), space.structure(), points)
        if size == math.inf:
            hint = "give it a step, or try grid"
            yield where, Expected("no range without a step for brute_force", Unquoted("one"), hint)
        elif size > sampler_options.MOST_CELLS:
            most = f"at most {sampler_options.MOST_CELLS:,} cells"
            yield where, Expected(most, Unquoted(f"{size:,.0f}"))


def _pruner(study: Study) -> Found:
    pruner = study.pruner
    if isinstance(pruner, pruner_options.Unpruned):
        return
    if len(study.objectives) > 1:
        yield "search.pruner", Expected("no pruner with several objectives", pruner.name)
    elif not study.objective.is_tracked:
        hint = f"{study.objective.metric} has no value before the end"
        yield "search.pruner", Expected("no pruner for this objective", pruner.name, hint)
    ranked = pruner.around if isinstance(pruner, pruner_options.Patient) else pruner
    count = study.replicates.count
    if isinstance(ranked, pruner_options.SignedRank) and 2.0**-count > ranked.alpha:
        needed = math.ceil(-math.log2(ranked.alpha))
        hint = f"with fewer no p-value is below {ranked.alpha:g}"
        yield "replicates", Expected(f"{needed} or more for signed_rank", count, hint)


def _per(study: Study) -> Found:
    per, space = study.search.per, study.space
    if per is None or space.choices(per):
        return
    chosen = [name for d in space.dimensions for name in d.names if space.choices(name)]
    hint = did_you_mean(per, chosen) if chosen else "none is"
    expected = "a hyperparameter that space chooses from a list"
    yield "search.per", Expected(expected, per, hint)


def _hyperparameter_constraints(study: Study) -> Found:
    space, per = study.space, study.search.per
    if not space.constraints:
        return
    texts = "; ".join(constraint.text for constraint in space.constraints)
    got = Unquoted(f"none of {DRAWS:,} drawn")
    if kept_share(space) == 0:
        yield "constraints", Expected("some settings that keep them", got, texts)
        return
    for code in space.choices(per) if per is not None else ():
        if kept_share(space.only(str(per), code)) == 0:
            expected = f"some settings with {per} {code} that keep them, for search.per"
            yield "constraints", Expected(expected, got, texts)


CHECKS = (_sampler, _pruner, _per, _hyperparameter_constraints)
