"""The verbs of the command line, a file each: signature and help here, the work elsewhere.

`VERBS` is the one place to add one; what a verb needs is imported when it is used.
"""

from collections.abc import Callable, Mapping

from sweeps.verbs.dashboard import dashboard
from sweeps.verbs.gradcheck import gradcheck
from sweeps.verbs.report import report
from sweeps.verbs.run import run
from sweeps.verbs.schema import schema

# In the order of `sweeps --help`.
VERBS: Mapping[str, Callable[..., None]] = {
    "run": run,
    "report": report,
    "dashboard": dashboard,
    "gradcheck": gradcheck,
    "schema": schema,
}
