"""`sweeps schema`: for editors."""

import json


def schema() -> None:
    """Print the JSON Schema of study files, for editors: sweeps schema > study.schema.json."""
    from sweeps.study import schemas

    print(json.dumps(schemas.study(), indent=1))
