"""`sweeps demo`: the first study, from the search to the open report."""

from pathlib import Path

from sweeps.commands.common import Jobs
from sweeps.commands.run import Out, run


def demo(jobs: Jobs = None, out: Out = Path("runs")) -> None:
    """Search, confirm and report a small study of two moons, and show its report in the browser.

    It takes some 20 seconds on two cores. The study file is `studies/quickstart.yaml`.

    For example:
      sweeps demo
    """
    import studies

    run(studies.path("quickstart"), jobs=jobs, out=out, open_=True)
