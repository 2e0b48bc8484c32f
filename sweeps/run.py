"""The thin door: `python -m sweeps.run study.yaml`. Imported, it is callable like `sweeps.run`."""

import sys
from types import ModuleType
from typing import Any


class _Door(ModuleType):
    """Importing this module binds its name over the function `sweeps.run`; it stands in for it."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        from sweeps.running.runner import run

        return run(*args, **options)


if __name__ == "__main__":
    sys.argv.insert(1, "run")
    try:
        from sweeps.cli import main

        main()
    except KeyboardInterrupt:  # before there was anything to keep
        sys.exit(130)
else:
    sys.modules[__name__].__class__ = _Door
