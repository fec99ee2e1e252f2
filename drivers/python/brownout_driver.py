"""The driver protocol of Brownout in Python (docs/guide/drivers.md, version brownout/driver/1).

A driver gives run() a function that opens its client. Everything else is here: lines in and out,
calls in threads of their own, and time. The clock is libfaketime's, which Brownout moves; waits
are announced, so that they take no time of the machine. Libraries are imported after this module,
because time.sleep is replaced here.
"""

import json
import os
import socket
import sys
import threading
import time

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
                _waits.pop(number).set()
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
