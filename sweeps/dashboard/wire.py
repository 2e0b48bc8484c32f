"""The Dashboard's HTTP server: it survives malformed requests, and idle or broken connections."""

import io
import json
import socket
import sys
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import Any, TextIO
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

IDLE = 30.0  # seconds after which an idle connection is closed
LINGER = 1.0  # seconds to wait for the rest of a refused request
REST = 2**22  # bytes of a refused request that are read


class Server(ThreadingMixIn, WSGIServer):
    """A server with a thread for each connection."""

    daemon_threads = True  # a browser keeps idle connections open
    allow_reuse_address = sys.platform != "win32"  # on Windows it would share a port in use

    def server_bind(self) -> None:
        """Bind as the base class does, without asking a name server for our own name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, self.allow_reuse_address)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print errors, except of broken connections, such as one that Ctrl-C interrupts."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Read the rest of the request first: otherwise a reset would destroy the answer."""
        try:
            request.shutdown(socket.SHUT_WR)
            request.settimeout(LINGER)
            left = REST
            while left > 0 and (read := len(request.recv(65536))):
                left -= read
        except OSError:
            pass  # the connection is closed already
        self.close_request(request)


class Server6(Server):
    """A server on an IPv6 address."""

    address_family = socket.AF_INET6


class Quiet(WSGIRequestHandler):
    """A request handler that prints nothing."""

    timeout = IDLE

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base's word
        """Print nothing; `Routes` warns of requests that fail."""

    def get_stderr(self) -> TextIO:
        """A stream that is thrown away: wsgiref prints tracebacks of broken connections to it."""
        return io.StringIO()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer something that is not an HTTP request, in JSON like all other errors."""
        status = HTTPStatus(code)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # an unknown method or version of HTTP
            status = HTTPStatus.BAD_REQUEST
        body = json.dumps({"reason": f"expected an HTTP request ({status.phrase.lower()})"})
        self.request_version = "HTTP/1.0"  # the default, HTTP/0.9, has no status line
        self.send_response(status, status.phrase)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())
