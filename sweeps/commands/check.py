"""`sweeps check STUDY`: every fault, the space, its size, what it may cost; nothing is run."""

from sweeps.commands.common import AllowCode, Jobs, Set, StudyFile, Trials, console, exit_codes


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
        from sweeps.base.errors import Expected, UserError
        from sweeps.base.terminal import say, verbatim
        from sweeps.commands.work import check
        from sweeps.phases import options, prepare
        from sweeps.study.file import documents
        from sweeps.views import first_trials, plan

        printer = console()
        document = documents.read(study)
        wanted = options.check_trials(trials)
        assignments = [*(set_ or []), *([f"search.trials={wanted}"] if wanted else [])]
        spec, dataset = prepare.prepare(document, study.parent, assignments, allow_code)
        storage, bucket = prepare.places(spec, document, study.parent)
        prepare.check_usable(spec, storage, bucket)
        workers = options.check_jobs(jobs)
        budget = prepare.trials_of(spec)
        prepare.optuna_quietly()
        try:
            first = list(first_trials.lines(spec, dataset, study.parent, budget))
        except Expected as fault:
            raise UserError(document.fault("", fault)) from None
        verbatim(printer, spec.name, style="bold")
        for name, text in plan.lines(spec, dataset, budget, workers, "not run"):
            say(printer, name, text)
        for warning in plan.warnings(spec, dataset, workers):
            say(printer, "warning", warning, style="yellow")
        for address in (storage, bucket, spec.engine.known):
            if address is not None and address.refusal:
                say(printer, "warning", address.refusal, style="yellow")
        for name, text in first:
            say(printer, name, text)
        if spec.trainer is None or allow_code:
            try:
                for name, text in check.costs(spec, dataset, budget, workers):
                    say(printer, name, text)
            except Expected as fault:
                raise UserError(document.fault("trainer", fault)) from None
        else:
            say(printer, "trainer", "not imported, and not timed: --allow-code allows it")
        say(printer, "faults", "none")
