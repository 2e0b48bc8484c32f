"""The verbs of the command line, a file each: signature and help here, the work elsewhere.

`VERBS` is the one place to add one; what a verb needs is imported when it is used.
"""

from collections.abc import Callable, Mapping

from sweeps.verbs.check import check
from sweeps.verbs.clean import clean
from sweeps.verbs.compare import compare
from sweeps.verbs.dashboard import dashboard
from sweeps.verbs.export import export
from sweeps.verbs.gradcheck import gradcheck
from sweeps.verbs.ls import ls
from sweeps.verbs.new import new
from sweeps.verbs.predict import predict
from sweeps.verbs.report import report
from sweeps.verbs.resume import resume
from sweeps.verbs.run import run
from sweeps.verbs.schema import schema
from sweeps.verbs.show import show

# In the order of `sweeps --help`.
VERBS: Mapping[str, Callable[..., None]] = {
    "new": new,
    "run": run,
    "check": check,
    "resume": resume,
    "ls": ls,
    "show": show,
    "compare": compare,
    "report": report,
    "predict": predict,
    "export": export,
    "clean": clean,
    "dashboard": dashboard,
    "gradcheck": gradcheck,
    "schema": schema,
}
