"""`sweeps schema`: for editors."""

import json


def schema() -> None:
    """Print the JSON Schema of study files, for editors: sweeps schema > study.schema.json."""
    from sweeps.study.file import json_schema

    print(json.dumps(json_schema.study(), indent=1))
