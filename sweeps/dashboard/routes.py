"""The Dashboard's addresses: its pages, its data, and notes, and who answers each.

Optuna's own application answers malformed requests with 500 and a traceback. So it gets only the
requests that its page makes, reduced to what it needs of them.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sweeps.dashboard import confirmed, requests, served
from sweeps.dashboard.answers import (
    Application,
    Environment,
    Headers,
    Refused,
    Respond,
    as_json,
    refuse,
    send,
)
from sweeps.dashboard.board import AT_STUDY, AT_TRIAL
from sweeps.dashboard.importances import Importances
from sweeps.storage import optuna_private

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

PLOTS = ("contour", "slice", "parallel_coordinate", "rank", "edf", "timeline", "pareto_front")
Handler = Callable[..., Iterable[bytes]]


class Routes:
    """A WSGI application between the guard and Optuna's own."""

    def __init__(
        self,
        application: Application,
        storage: "BaseStorage",
        artifacts: Path,
        warn: Callable[[str], None],
    ) -> None:
        """artifacts: the folder of the Dashboard's files; warn: called when a request fails."""
        self._application, self._storage, self._artifacts = application, storage, artifacts
        self._importances, self._warn = Importances(storage), warn
        self.writing = Lock()  # held while a note is written

    def __call__(self, environment: Environment, respond: Respond) -> Iterable[bytes]:
        """Answer a request, or say in JSON why not."""
        try:
            return self._answer(environment, respond)
        except Refused as refused:
            return refuse(refused, environment, respond)
        except Exception as fault:  # any storage's; the next request may succeed
            self._warn(f"a request failed: {type(fault).__name__}: {' '.join(str(fault).split())}")
            failed = Refused(HTTPStatus.SERVICE_UNAVAILABLE, "the study could not be read")
            return refuse(failed, environment, respond)

    def _answer(self, environment: Environment, respond: Respond) -> Iterable[bytes]:
        path = requests.path(environment)
        routes = NOTES if environment["REQUEST_METHOD"] == "PUT" else READS
        for pattern, answer in routes.items():
            found = re.fullmatch(pattern, path)
            if found:
                return answer(self, environment, respond, path, *found.groups())
        raise Refused(HTTPStatus.NOT_FOUND, "expected an address of the dashboard's own")

    def _home(self, environment: Environment, respond: Respond, *_: str) -> Iterable[bytes]:
        to = [("Location", "/dashboard")]
        return send(b"", to, environment, respond, HTTPStatus.FOUND)

    def _page(self, environment: Environment, respond: Respond, *_: str) -> Iterable[bytes]:
        return self._pass(environment, respond, "/dashboard")

    def _plain(self, environment: Environment, respond: Respond, path: str) -> Iterable[bytes]:
        return self._pass(environment, respond, path)

    def _study(
        self, environment: Environment, respond: Respond, path: str, study: str
    ) -> Iterable[bytes]:
        after = requests.query(environment, "after", r"\d{1,18}")
        told = self._storage.get_study_system_attrs(self._known(study)).get(confirmed.KEY)
        if told is None or environment["REQUEST_METHOD"] == "HEAD":
            return self._pass(environment, respond, path, f"after={after or 0}")

        def trial(number: int) -> dict[str, Any] | None:
            trials = self._read(environment, path, f"after={number}")["trials"]
            return next((one for one in trials if one["number"] == number), None)

        shown = self._read(environment, path, f"after={after or 0}")
        confirmed.mark(shown, told, trial)
        return as_json(shown, environment, respond)

    def _read(self, environment: Environment, path: str, query: str) -> dict[str, Any]:
        """What Optuna's application answers, as it is read."""
        body = b"".join(self._pass(environment, lambda *_: None, path, query))
        return dict(json.loads(body))

    def _csv(
        self, environment: Environment, respond: Respond, path: str, study: str
    ) -> Iterable[bytes]:
        trials = requests.query(environment, "trial_ids", r"\d{1,18}(,\d{1,18})*")
        self._known(study)
        return self._pass(environment, respond, path, f"trial_ids={trials}" if trials else "")

    def _plot(
        self, environment: Environment, respond: Respond, path: str, study: str
    ) -> Iterable[bytes]:
        self._known(study)
        try:
            return self._pass(environment, respond, path)
        except Refused as refused:
            if refused.status != HTTPStatus.SERVICE_UNAVAILABLE:
                raise
            cause = "expected a plot that can be drawn of this study's trials"
            raise Refused(HTTPStatus.NOT_FOUND, cause) from None

    def _importance(
        self, environment: Environment, respond: Respond, _: str, study: str
    ) -> Iterable[bytes]:
        found = self._importances.of(self._known(study))
        return as_json({"param_importances": found}, environment, respond)

    def _artifact(
        self, environment: Environment, respond: Respond, _: str, study: str, name: str
    ) -> Iterable[bytes]:
        told = self._storage.get_study_system_attrs(self._known(study)).get(f"{AT_STUDY}{name}")
        content, headers = served.artifact(self._artifacts, name, told)
        return send(content, headers, environment, respond)

    def _artifact_of_trial(
        self, environment: Environment, respond: Respond, _: str, study: str, trial: str, name: str
    ) -> Iterable[bytes]:
        number = self._known(study)
        told = self._storage.get_study_system_attrs(number).get(f"{AT_TRIAL}{int(trial)}:{name}")
        if told is None:
            at = self._storage.get_trial_system_attrs(self._trial(number, trial))
            told = at.get(f"{AT_STUDY}{name}")
        content, headers = served.artifact(self._artifacts, name, told)
        return send(content, headers, environment, respond)

    def _note(
        self, environment: Environment, respond: Respond, path: str, study: str, trial: str = ""
    ) -> Iterable[bytes]:
        body = requests.note(environment)
        number = self._known(study)
        if trial:
            self._trial(number, trial)
        with self.writing:
            return self._pass(environment, respond, path, body=body)

    def _known(self, study: str) -> int:
        """The id of an existing study. Others are refused before a database is asked for them."""
        if int(study) not in {*map(optuna_private.study_id, self._storage.get_all_studies())}:
            raise Refused(HTTPStatus.NOT_FOUND, f"expected a study's id, got {int(study)}")
        return int(study)

    def _trial(self, study: int, trial: str) -> int:
        every = self._storage.get_all_trials(study, deepcopy=False)
        if int(trial) not in {*map(optuna_private.trial_id, every)}:
            raise Refused(HTTPStatus.NOT_FOUND, f"expected a trial's id, got {int(trial)}")
        return int(trial)

    def _pass(
        self,
        environment: Environment,
        respond: Respond,
        path: str,
        query: str = "",
        body: bytes = b"",
    ) -> Iterable[bytes]:
        """Answer with Optuna's application. Errors: Refused, in place of its pages for errors."""
        said: list[Any] = []

        def listen(*answer: Any) -> None:
            said[:] = answer

        found = self._application(requests.clean(environment, path, query, body), listen)
        status, headers = HTTPStatus(int(said[0].partition(" ")[0])), said[1]
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "the study could not be read")
        if status >= HTTPStatus.BAD_REQUEST and not _is_json(headers):
            raise Refused(status, status.description)
        respond(*said)
        return found


def _is_json(headers: Headers) -> bool:
    return any(
        name.lower() == "content-type" and value.startswith("application/json")
        for name, value in headers
    )


ID, NAME = r"(\d{1,18})", f"({served.NAME.pattern})"
# The handler of each path, by regular expression.
READS: Mapping[str, Handler] = {
    "/": Routes._home,
    r"/dashboard(?:/.*)?": Routes._page,
    r"/api/meta|/api/studies|/favicon\.ico": Routes._plain,
    r"/static(?:/\w[\w.-]*)+": Routes._plain,
    f"/api/studies/{ID}": Routes._study,
    f"/api/studies/{ID}/param_importances": Routes._importance,
    f"/api/studies/{ID}/plot/(?:{'|'.join(PLOTS)})": Routes._plot,
    f"/csv/{ID}": Routes._csv,
    f"/artifacts/{ID}/{NAME}": Routes._artifact,
    f"/artifacts/{ID}/{ID}/{NAME}": Routes._artifact_of_trial,
}
NOTES: Mapping[str, Handler] = {
    f"/api/studies/{ID}/note": Routes._note,
    f"/api/studies/{ID}/{ID}/note": Routes._note,
}
