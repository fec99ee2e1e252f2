"""The driver protocol of Brownout in Python (docs/guide/drivers.md, version brownout/driver/1).

A driver gives run() a function that opens its client. Everything else is here: lines in and out,
calls in threads of their own, and time. The clock is libfaketime's, which Brownout moves; waits
and time-outs of sockets are announced, so that they take no time of the machine. Libraries are
imported after this module, because time.sleep is replaced here.
"""

import json
import os
import select
import socket
import ssl
import sys
import threading
import time
import weakref

PROTOCOL = "brownout/driver/1"

# Standard output is for the protocol alone: what libraries print goes to stderr.
_lines_out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
os.dup2(2, 1)
sys.stdout = sys.stderr

_lock = threading.Lock()
_numbers = {"wait": 0, "ask": 0}
_waits = {}
_asks = {}
_call = threading.local()


def _say(message):
    with _lock:
        _lines_out.write(json.dumps(message) + "\n")
        _lines_out.flush()


def _next(kind):
    with _lock:
        _numbers[kind] += 1
        return _numbers[kind]


def _sleep(seconds):
    """Waits in the time of the scenario: Brownout says when it is over."""
    over = threading.Event()
    number = _next("wait")
    _waits[number] = over
    _say({"waiting": number, "forMs": max(0, seconds) * 1000})
    over.wait()


time.sleep = _sleep


class _Deadline:
    """When a socket's time-out is over, in the time of the scenario. It is announced before anything
    is sent, or time could go on without it; select() waits for it beside the socket."""

    def __init__(self, seconds):
        self._reading, self._writing = os.pipe()
        self.is_awaited = False
        self._number = _next("wait")
        _waits[self._number] = self
        _say({"deadline": self._number, "forMs": seconds * 1000})

    def fileno(self):
        return self._reading

    def set(self):
        if self.is_awaited:
            os.write(self._writing, b"!")
        else:
            self.end()

    def end(self):
        with _lock:
            is_open, self._number = self._number, None
        if is_open is None:
            return
        _waits.pop(is_open, None)
        _say({"ended": is_open})
        os.close(self._reading)
        os.close(self._writing)


_deadlines = weakref.WeakKeyDictionary()


def _renew_deadline(sock):
    before = _deadlines.pop(sock, None)
    seconds = sock.gettimeout()
    if seconds:
        _deadlines[sock] = _Deadline(seconds)
    if before is not None:
        before.end()


def _with_deadlines(kind):
    send = kind.sendall

    def sendall(self, *data):
        if self not in _deadlines:
            _renew_deadline(self)
        return send(self, *data)

    kind.sendall = sendall


def _read_within(read):
    def readinto(self, buffer):
        sock = self._sock
        deadline = _deadlines.get(sock)
        if deadline is None:
            return read(self, buffer)
        deadline.is_awaited = True
        taken = _read_before(deadline, sock, buffer)
        if taken is None:
            # The simulator is to see it before time goes on.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
            _deadlines.pop(sock).end()
            raise socket.timeout("The read operation timed out")
        _renew_deadline(sock)
        return taken

    return readinto


def _read_before(deadline, sock, buffer):
    """What has come, or None when the time was over before."""
    seconds = sock.gettimeout()
    while True:
        try:
            # What TLS says for itself is none of the answer.
            sock.settimeout(0)
            return sock.recv_into(buffer)
        except (ssl.SSLWantReadError, BlockingIOError):
            pass
        finally:
            sock.settimeout(seconds)
        ready, _, _ = select.select([sock, deadline], [], [])
        if sock not in ready:
            return None


def _close_after(close):
    def close_with_deadline(self):
        deadline = _deadlines.pop(self._sock, None) if self._sock is not None else None
        if deadline is not None:
            deadline.end()
        close(self)

    return close_with_deadline


_with_deadlines(socket.socket)
_with_deadlines(ssl.SSLSocket)
socket.SocketIO.readinto = _read_within(socket.SocketIO.readinto)
socket.SocketIO.close = _close_after(socket.SocketIO.close)


def _connect_directly():
    """Leads connections to the simulator as they are made, where this application has an address of
    its own there: behind a proxy, urllib3 takes a reset for a failure to connect, and sends again."""
    host, _, port = os.environ.get("BROWNOUT_ADDRESS", "").partition(":")
    if not port:
        return
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        os.environ.pop(name, None)
    kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, int(port)))
    look_up = socket.getaddrinfo

    def getaddrinfo(name, *more, **named):
        is_local = name is None or name == "localhost" or str(name).startswith("127.")
        return look_up(name, *more, **named) if is_local else [kind]

    socket.getaddrinfo = getaddrinfo


_connect_directly()


def ask(kind, **what):
    """Asks Brownout to act: sign-in, device-code, read, write. Returns its answer."""
    answered = threading.Event()
    number = _next("ask")
    _asks[number] = [answered, None]
    if kind == "sign-in":
        what["of"] = _call.id
    _say({"ask": number, "for": kind, **what})
    answered.wait()
    answer = _asks.pop(number)[1]
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["ok"]


def ask_later(kind, **what):
    """Asks Brownout to act and goes on: a person enters a device code while the library polls."""
    _say({"ask": _next("ask"), "of": _call.id, "for": kind, **what})


def read(key):
    """What was written under that key by this application, also before a restart; or None."""
    return ask("read", key=key).get("value")


def write(key, value):
    """Keeps a text beyond a restart of this application."""
    ask("write", key=key, value=value)


class ClientError(Exception):
    """An error that the library has returned instead of raising it, as it names it."""

    def __init__(self, name, code, message, suberror=None, interaction_required=False):
        super().__init__(message)
        self.described = {
            "name": name,
            "code": code or name,
            "message": message,
            "interactionRequired": interaction_required,
        }
        if suberror:
            self.described["suberror"] = suberror


# Errors that show a mistake in a program, and not a failure of the service.
_MISTAKES = (TypeError, KeyError, AttributeError, IndexError, NameError, UnboundLocalError)


def _describe(error):
    if isinstance(error, ClientError):
        return error.described
    described = {
        "name": type(error).__name__,
        "message": str(error) or type(error).__name__,
        "interactionRequired": False,
    }
    if isinstance(error, _MISTAKES):
        described["causedBy"] = type(error).__name__
    return described


def _answer(message, work):
    _call.id = message["id"]
    try:
        _say({"id": message["id"], "ok": work()})
    except BaseException as error:  # What a client raises is its answer, whatever it is.
        _say({"id": message["id"], "error": _describe(error)})


def _in_thread(message, work):
    threading.Thread(target=_answer, args=(message, work), daemon=True).start()


def run(name, load):
    """Answers until standard input ends. load() imports the library and returns its version, its
    flows and open(message), which returns acquire(message): a dict with accessToken."""
    state = {}

    def hello():
        try:
            version, flows, open_client = load()
        except ImportError as error:
            raise ClientError("NotInstalled", None, f"the Python package {error.name} is not installed")
        state["open"] = open_client
        return {
            "protocol": PROTOCOL,
            "name": name,
            "version": version,
            "flows": flows,
            "time": "virtual",
            "nowMs": time.time() * 1000,
        }

    def open_client(message):
        state["acquire"] = state["open"](message)
        return {}

    for line in sys.stdin:
        message = json.loads(line)
        kind = message["do"]
        if kind == "hello":
            _answer(message, hello)
        elif kind == "open":
            _in_thread(message, lambda message=message: open_client(message))
        elif kind == "acquire":
            _in_thread(message, lambda message=message: state["acquire"](message))
        elif kind == "time":
            for number in message["woken"]:
                over = _waits.pop(number, None)
                if over is not None:
                    over.set()
        elif kind == "answered":
            asked = _asks.get(message["ask"])
            if asked is not None:
                asked[1] = message
                asked[0].set()
        elif kind == "close":
            _answer(message, dict)
            break
    _lines_out.flush()
    os._exit(0)
