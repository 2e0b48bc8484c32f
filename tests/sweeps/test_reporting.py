"""How a report is drawn at the end of a run."""

import gc

from threadpoolctl import threadpool_info, threadpool_limits

from sweeps.results import reporting


def threads() -> set[int]:
    """Of the BLAS that are loaded."""
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_a_report_is_drawn_in_one_thread_and_leaves_no_trace() -> None:
    """Of several threads a product could be rounded otherwise."""
    with threadpool_limits(2, user_api="blas"):
        before = threads()
        with reporting.undisturbed():
            assert threads() == {1}
            assert not gc.isenabled()
        assert threads() == before
        assert gc.isenabled()


def test_who_has_no_collector_gets_none() -> None:
    gc.disable()
    try:
        with reporting.undisturbed():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
