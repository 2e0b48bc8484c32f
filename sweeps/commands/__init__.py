"""The commands, a file each: signature and help here, the work elsewhere.

`COMMANDS` is the one place to add one; what a command needs is imported when it is used.
"""

from collections.abc import Callable, Mapping

from sweeps.commands.check import check
from sweeps.commands.clean import clean
from sweeps.commands.compare import compare
from sweeps.commands.dashboard import dashboard
from sweeps.commands.demo import demo
from sweeps.commands.export import export
from sweeps.commands.gradcheck import gradcheck
from sweeps.commands.ls import ls
from sweeps.commands.new import new
from sweeps.commands.next import next_
from sweeps.commands.predict import predict
from sweeps.commands.report import report
from sweeps.commands.resume import resume
from sweeps.commands.run import run
from sweeps.commands.schema import schema
from sweeps.commands.show import show

# In the order of `sweeps --help`.
COMMANDS: Mapping[str, Callable[..., None]] = {
    "demo": demo,
    "new": new,
    "run": run,
    "check": check,
    "resume": resume,
    "ls": ls,
    "show": show,
    "compare": compare,
    "report": report,
    "next": next_,
    "predict": predict,
    "export": export,
    "clean": clean,
    "dashboard": dashboard,
    "gradcheck": gradcheck,
    "schema": schema,
}
