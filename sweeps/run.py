"""The thin door: `python -m sweeps.run study.yaml`. Imported, it is the function `sweeps.run`."""

import sys

import sweeps

if __name__ == "__main__":
    sys.argv.insert(1, "run")
    try:
        from sweeps.cli import main

        main()
    except KeyboardInterrupt:  # before there was anything to keep
        sys.exit(130)
else:
    # An import binds what it finds here to the name `sweeps.run`, which has to stay the function.
    sys.modules[__name__] = sweeps.run  # type: ignore[assignment]
