"""The address of an S3 bucket, s3://bucket/prefix; credentials are none of it."""

import re
from importlib.util import find_spec

from sweeps.base.errors import Expected, UserError
from sweeps.base.redaction import redact_address

ADDRESS = re.compile(
    r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)/?"
)


def split(address: str) -> tuple[str, str]:
    """Bucket and prefix, which may be empty. Errors: Expected."""
    found = ADDRESS.fullmatch(address)
    if found is None:
        hint = "credentials come from the environment, as boto3 reads it" if "@" in address else ""
        raise Expected("an address like s3://bucket/prefix", redact_address(address), hint)
    return found[1], found[2].strip("/")


def check_usable(address: str | None) -> None:
    """An address that the command line may have given. Errors: UserError."""
    if address is None:
        return
    try:
        split(address)
    except Expected as fault:
        raise UserError(f"--artifacts: {fault}") from None
    if find_spec("boto3") is None:
        raise UserError(
            f"artifacts: expected the package boto3, for {address}, got none (pip install boto3)"
        )
