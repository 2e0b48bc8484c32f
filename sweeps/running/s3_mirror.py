"""Copies of the durable records and of the report in an S3 bucket, made by a thread on the side.

The run folder stays the durable place: what is missing in the bucket is sent by the next run.
Credentials and endpoint are boto3's own affair (environment, profile, role).
"""

import json
import logging
import math
import os
import queue
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from sweeps.base import files
from sweeps.base.consent import Address
from sweeps.base.s3_address import split
from sweeps.base.terminal import say
from sweeps.results.result import Result
from sweeps.search import Finished
from sweeps.storage import folders, optuna_private

if TYPE_CHECKING:
    from optuna.artifacts import Backoff

# What a run needs to go on; warm.json is what its search began with.
MIRRORED = (
    *("artifacts/identity.json", "artifacts/warm.json"),
    *("artifacts/trial-*.npz", "artifacts/confirm-*.npz"),
)
REPORT = "report.html"
SENT = "artifacts/mirrored.jsonl"  # a line a file that is known to be there
WAITING = 1000  # names in the queue; those that find it full are sent at the end
# Seconds that the end waits for what is on its way: of a run that is done, of one that was stopped.
DONE, STOPPED = 30.0, 3.0
TRIES = 3


class S3Mirror:
    """A callback: sends each record as it is made, at the end the report and what was missed."""

    def __init__(self, address: Address, folder: Path, name: str, console: Console) -> None:
        self._address, self._folder, self._console = address.follow(), folder, console
        self._bucket, prefix = split(self._address)
        self._prefix = f"{prefix}/{name}" if prefix else name
        self._queue: queue.Queue[str] = queue.Queue(WAITING)
        self._fault: Exception | None = None
        self._ending, self._limit = threading.Event(), STOPPED
        self._sent = _read(folder / SENT, self._address)
        self._thread = threading.Thread(target=self._work, name="mirror", daemon=True)
        self._thread.start()

    def on_trial(self, finished: Finished) -> None:
        """Send a new record. Errors: whatever befell an earlier one, once."""
        if finished.new and finished.outcome.state != "failed":
            self._offer(self._name(folders.record_path(self._folder, finished.number)))
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def on_search_end(self) -> None:
        """Nothing: the records are on their way."""

    def on_report(self, result: Result) -> None:
        """The run is done: there is time to send the rest."""
        self._limit = DONE

    def on_close(self) -> None:
        """Send what is missing, within a limit. Errors: what befell it."""
        deadline = time.monotonic() + self._limit
        names = self._missing()
        for name in names:
            self._offer(name)
        self._ending.set()
        self._thread.join(max(0.0, deadline - time.monotonic()))
        files, left = len(self._files()), len(self._missing())
        place = f"s3://{self._bucket}/{self._prefix}"
        words = "; run it again to send the others" if left else ""
        say(self._console, "mirrored", f"{files - left} of {files} files at {place}{words}")
        if self._fault is not None:
            raise self._fault

    def _offer(self, name: str) -> None:
        with suppress(queue.Full):  # the end looks for what is missing
            self._queue.put_nowait(name)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()

    def _files(self) -> list[str]:
        names = [
            self._name(path)
            for pattern in (*MIRRORED, REPORT)
            for path in sorted(self._folder.glob(pattern))
        ]
        return names

    def _missing(self) -> list[str]:
        return [n for n in self._files() if self._sent.get(n) != _stamp(self._folder / n)]

    def _work(self) -> None:
        bucket: Backoff | None = None
        while True:
            try:
                name = self._queue.get(timeout=0.1)
            except queue.Empty:
                if self._ending.is_set():
                    return
                continue
            try:
                bucket = bucket or _bucket(self._bucket)
                self._send(bucket, name)
            # The thread goes on, and the run's own thread reports the fault.
            except Exception as fault:
                self._fault = fault
                if self._ending.is_set():
                    return  # the few seconds left are too short to try the others

    def _send(self, bucket: "Backoff", name: str) -> None:
        path = self._folder / name
        stamp = _stamp(path)
        if self._sent.get(name) == stamp:
            return
        with files.open_to_read(path, math.inf) as file:
            bucket.write(f"{self._prefix}/{name}", file)
        self._sent[name] = stamp
        line = json.dumps({"to": self._address, "name": name, "stamp": stamp})
        with os.fdopen(files.open_to_update(self._folder / SENT, appends=True), "ab") as known:
            known.write(f"{line}\n".encode())


def _stamp(path: Path) -> str:
    """What tells one content of a file from the next."""
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}"


def _read(path: Path, address: str) -> dict[str, str]:
    """What an earlier run has sent to this address."""
    sent: dict[str, str] = {}
    if not path.exists():
        return sent
    for line in files.contents(path).decode(errors="replace").splitlines():
        try:
            known = files.parse_json(line)
            if known["to"] == address:
                sent[known["name"]] = known["stamp"]
        except (ValueError, KeyError, TypeError):
            continue  # torn by a kill: that file is sent again
    return sent


def _bucket(name: str) -> "Backoff":
    import boto3
    from botocore.config import Config
    from optuna.artifacts import Backoff, Boto3ArtifactStore

    # It logs a traceback for each try; we report the fault of the last one.
    logging.getLogger(optuna_private.UPLOAD_LOGGER).disabled = True
    patience = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 1})
    store = Boto3ArtifactStore(name, client=boto3.client("s3", config=patience))
    return Backoff(store, max_retries=TRIES, min_delay=0.2, max_delay=2.0)
