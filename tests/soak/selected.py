"""The tests that take long, and whose promise a quicker one in the same file holds too.

`make test` leaves them out; `make soak` runs them. By file: names, or what a parameter has in it.
"""

SOAK = {
    "test_browser.py": ("violation[light-one", "violation[dark-one", "violation[dark-a front"),
    "test_benchmarks.py": (
        "races_its",
        "its_rest",
        "has_its_parts",
        "trials_lengths",
        "as_wide_as",
    ),
    "test_cli.py": (
        "records_are_never_used",
        "shipped_studies_run",
        "password_is_now",
        "without_its_folder[False",
    ),
    "test_s3_mirror.py": ("not_sent_again", "restored"),
    "test_dashboard.py": ("follows_a_run",),
    "test_dashboard_notes.py": ("little_space[100",),
    "test_durability.py": (
        *("clock_that_jumps", "mid_run[8192", "mid_run[36", "read_only[.]", "stands_still"),
    ),
    "test_engines.py": (
        *("hangs", "stopped", "pauses", "every_time", "while_idle", "that_raises", "one_blas"),
        "dies_once",
    ),
    "test_engines_chosen.py": ("no_part_of_a_study",),
    "test_engines_joined.py": ("",),
    "test_every_objective.py": ("whole_page",),
    "test_hostile.py": ("no_pickle_is_read_from_journals", "plant_instead"),
    "test_identity.py": (
        "-dask]",
        "-ray]",
        "any_engine[ray",
        "kill_9[20",
        "ctrl_c[1",
        "confirmation[0.0",
        "confirmation[1.0",
    ),
    "test_leases.py": ("one_study_of_a_storage",),
    "test_outputs.py": ("every_objective",),
    "test_page.py": ("same_bytes[what1",),
    "test_quality.py": ("[digits",),
    "test_storages.py": ("study[mysql", "killed_in_mid_run", "another_holds", "stays_away"),
    "test_tables.py": ("needs_no_column",),
    "test_trainers.py": (
        *("example_of_pytorch", "fails_in_the_confirmation", "what_was_resolved", "edited_source"),
        *("any_number_of_jobs", "errors_alone", "loses_its_trial", "one_thread"),
    ),
    "test_command_export.py": ("come_back",),
    "test_command_new.py": ("ones_own",),
    "test_command_predict.py": ("in_one_chunk", "own_units"),
    "test_command_resume.py": ("cannot_do", "data_are_found", "killed_run_goes_on"),
    "test_words.py": ("any_number_of_jobs", "comparable[numbers"),
}


def is_soak(file: str, name: str) -> bool:
    """Whether a test is one of them; of loky's engine tests none is."""
    if file == "test_engines.py" and "loky" in name:
        return False
    return any(part in name for part in SOAK.get(file, ()))
