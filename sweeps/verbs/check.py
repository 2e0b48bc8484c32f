"""`sweeps check STUDY`: every fault, the space, its size, what it may cost; nothing is run."""

from sweeps.verbs.common import AllowCode, Jobs, Set, StudyFile, Trials, console, exit_codes


def check(
    study: StudyFile,
    set_: Set = None,
    jobs: Jobs = None,
    trials: Trials = None,
    allow_code: AllowCode = False,
) -> None:
    """Say what a study would do and every fault it has; exit 2 if there is one.

    Examples: sweeps check study.yaml · sweeps check study.yaml --set search.sampler=grid
    """
    with exit_codes():
        from sweeps import options, preparing
        from sweeps.faults import Expected, UserError
        from sweeps.study import documents
        from sweeps.terminal import tell, verbatim
        from sweeps.views import checking, plan

        printer = console()
        document = documents.read(study)
        wanted = options.check_trials(trials)
        assignments = [*(set_ or []), *([f"search.trials={wanted}"] if wanted else [])]
        spec, dataset = preparing.prepare(document, study.parent, assignments, allow_code)
        storage, bucket = preparing.places(spec, document, study.parent)
        preparing.check_usable(spec, storage, bucket)
        workers = options.check_jobs(jobs)
        budget = preparing.trials_of(spec)
        preparing.optuna_quietly()
        try:
            first = list(checking.first(spec, dataset, study.parent, budget))
        except Expected as fault:
            raise UserError(document.fault("", fault)) from None
        verbatim(printer, spec.name, style="bold")
        for name, text in plan.lines(spec, dataset, budget, workers, "not run"):
            tell(printer, name, text)
        for warning in plan.warnings(spec, dataset, workers):
            tell(printer, "warning", warning, style="yellow")
        for address in (storage, bucket, spec.engine.known):
            if address is not None and address.refusal:
                tell(printer, "warning", address.refusal, style="yellow")
        for name, text in first:
            tell(printer, name, text)
        if spec.trainer is None or allow_code:
            try:
                for name, text in checking.costs(spec, dataset, budget, workers):
                    tell(printer, name, text)
            except Expected as fault:
                raise UserError(document.fault("trainer", fault)) from None
        else:
            tell(printer, "trainer", "not imported, and not timed: --allow-code allows it")
        tell(printer, "faults", "none")
