"""Fetch a file over HTTP: quick to notice that there is no network, patient with a bad one."""

import importlib.util
import io
import socket
import threading
import time
import urllib.parse

# A school network answers within a second or not at all.
CONNECT_SECONDS = 4
READ_SECONDS = 10
_PORTS = {"http": 80, "https": 443}
PAUSES = (0.5, 1.5)  # before the second and the third attempt


class DownloadError(RuntimeError):
    """A file could not be fetched; the message says why."""


def reachable(mirrors, problems):
    """Yield the mirrors whose server, or the proxy before it, takes a connection, in their order.

    Without this, no network could mean minutes: the name is looked up by a resolver that
    waits, then each of a server's many addresses is tried for the full timeout.

    Args:
        mirrors: tuples of URLs; the first of each tells the server.
        problems: list that a line is added to for each server that does not answer.

    Yields:
        Tuples of URLs.
    """
    routes = {urls: _route(urls[0]) for urls in mirrors}
    answers = {}
    probes = [
        threading.Thread(target=_probe, args=(route, answers), daemon=True)
        for route in dict.fromkeys(routes.values())
    ]
    for probe in probes:
        probe.start()
    deadline = time.monotonic() + CONNECT_SECONDS
    for probe in probes:
        probe.join(max(0.0, deadline - time.monotonic()))
    for urls, route in routes.items():
        answer = answers.get(route, f"no answer within {CONNECT_SECONDS} s")
        if answer is True:
            yield urls
        elif (line := f"{_in_words(route)}: {answer}") not in problems:
            problems.append(line)


def _route(url):
    """What `fetch` connects to for `url`, by the rules of the package that it uses.

    Returns:
        (is_proxy, address): whether a proxy stands before the server; the split address of either.
    """
    from requests import utils

    proxy = utils.select_proxy(url, utils.get_environ_proxies(url))
    address = proxy or url
    parts = urllib.parse.urlsplit(address if "//" in address else f"http://{address}")
    return bool(proxy), parts._replace(path="", query="", fragment="")


def _probe(route, answers):
    """Record in `answers` whether `route` takes a connection: True, or the reason."""
    _, address = route
    try:
        if address.scheme.startswith("socks") and importlib.util.find_spec("socks") is None:
            raise ValueError("needs the package PySocks: run `pip install pysocks`")
        server = address.hostname, address.port or _PORTS.get(address.scheme, 1080)
        socket.create_connection(server, timeout=CONNECT_SECONDS).close()
        answers[route] = True
    except (OSError, ValueError) as error:  # no answer, or no address at all
        answers[route] = getattr(error, "strerror", None) or str(error)


def _in_words(route):
    is_proxy, address = route
    server = address.netloc.rpartition("@")[2]  # without a password
    if is_proxy:
        return f"proxy {server}"
    return server if address.port else f"{server}:{_PORTS[address.scheme]}"


def fetch(url, title):
    """Download `url` into memory, with a progress bar and up to three attempts.

    In memory, so that a download that is cut off leaves nothing behind. `title` stands before the
    progress bar.

    Returns:
        io.BytesIO at its start.

    Raises:
        DownloadError: every attempt failed.
    """
    import requests

    for pause in (*PAUSES, None):
        try:
            return _attempt(url, title)
        except requests.HTTPError as error:
            status = error.response.status_code
            # "Not found" stays so; "busy" may pass.
            may_pass, problem = status >= 500, f"HTTP status {status}"
        except requests.Timeout:
            # A server that takes connections and says nothing is left for the next mirror.
            may_pass, problem = False, f"no answer within {READ_SECONDS} s"
        except OSError as error:  # those of requests, too
            # An address that is none stays so.
            may_pass, problem = not isinstance(error, ValueError), _innermost(error)
        if not may_pass or pause is None:
            break
        time.sleep(pause)
    raise DownloadError(f"{url}: {problem}")


def _attempt(url, title):
    """One download of `url`; requests.RequestException if there was no full answer."""
    import requests
    from tqdm.auto import tqdm

    content = io.BytesIO()
    with requests.get(url, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)) as answer:
        answer.raise_for_status()
        total = int(answer.headers.get("content-length", 0)) or None
        with tqdm.wrapattr(content, "write", total=total, desc=title, leave=False) as sink:
            for chunk in answer.iter_content(1 << 16):
                sink.write(chunk)
    content.seek(0)
    return content


def _innermost(error):
    """The plain reason in a chain of wrapped exceptions."""
    while isinstance(error.args[0] if error.args else None, BaseException):
        error = error.args[0]
    return str(error) or type(error).__name__
