"""The server below the Dashboard: requests that are no HTTP, and connections that say nothing."""

import io
import json
import socket
import sys
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import Any, TextIO
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

IDLE = 30.0  # seconds after which a connection that says nothing is given up
LINGER = 1.0  # seconds for which the rest of a refused request is waited for
REST = 2**22  # bytes of it that are read


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each connection."""

    daemon_threads = True  # a browser keeps connections open that say nothing
    allow_reuse_address = sys.platform != "win32"  # where it would share a port that is taken

    def server_bind(self) -> None:
        """As its base, without asking a name server for our own name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, self.allow_reuse_address)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that is gone, as one that Ctrl-C finds half made, is no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Read what is still on its way, or the answer would be lost to a reset connection."""
        try:
            request.shutdown(socket.SHUT_WR)
            request.settimeout(LINGER)
            left = REST
            while left > 0 and (read := len(request.recv(65536))):
                left -= read
        except OSError:
            pass  # it is gone already
        self.close_request(request)


class Server6(Server):
    """The same for IPv6."""

    address_family = socket.AF_INET6


class Quiet(WSGIRequestHandler):
    """Requests are not news, nor is one that breaks off."""

    timeout = IDLE

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base's word
        """Nothing: what fails is told where it is answered."""

    def get_stderr(self) -> TextIO:
        """Where wsgiref prints a traceback of an answer that cannot be sent."""
        return io.StringIO()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Of what is no request at all, in JSON as everything else."""
        status = HTTPStatus(code)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # an HTTP of its own
            status = HTTPStatus.BAD_REQUEST
        body = json.dumps({"reason": f"expected an HTTP request ({status.phrase.lower()})"})
        self.request_version = "HTTP/1.0"  # until one is read it is one without a status line
        self.send_response(status, status.phrase)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())
