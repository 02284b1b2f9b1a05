"""Fetch a file over HTTP: quick to notice that there is no network, patient with a bad one."""

import contextlib
import io
import socket
import threading
import time
import urllib.parse
import urllib.request

# A school network answers within a second or not at all.
CONNECT_SECONDS = 4
READ_SECONDS = 10
PAUSES = (0.5, 1.5)  # before the second and the third attempt


class DownloadError(RuntimeError):
    """A file could not be fetched; the message says why."""


def reachable(mirrors, problems):
    """Yield the mirrors whose server takes a connection, in their order.

    Without this, no network could mean minutes: the name is looked up by a resolver that
    waits, then each of a server's many addresses is tried for the full timeout.

    Args:
        mirrors: tuples of URLs; the first of each tells the server.
        problems: list that a line is added to for each server that does not answer.

    Yields:
        Tuples of URLs.
    """
    answers = {_server(urls[0]): None for urls in mirrors}
    probes = [
        threading.Thread(target=_probe, args=(server, answers), daemon=True) for server in answers
    ]
    for probe in probes:
        probe.start()
    deadline = time.monotonic() + CONNECT_SECONDS
    for probe in probes:
        probe.join(max(0.0, deadline - time.monotonic()))
    for urls in mirrors:
        host, port = _server(urls[0])
        answer = answers[host, port]
        if answer is True:
            yield urls
        else:
            why = answer or f"no answer within {CONNECT_SECONDS} s"
            line = f"{host}:{port}: {why}"
            if line not in problems:
                problems.append(line)


def _server(url):
    """Host and port that a request for `url` is sent to: the proxy's, if there is one."""
    parts = urllib.parse.urlsplit(url)
    proxies = urllib.request.getproxies()
    if parts.scheme in proxies and not urllib.request.proxy_bypass(parts.netloc):
        proxy = proxies[parts.scheme]
        parts = urllib.parse.urlsplit(proxy if "//" in proxy else f"//{proxy}")
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _probe(server, answers):
    """Record in `answers` whether `server` takes a connection: True, or the reason."""
    try:
        socket.create_connection(server, timeout=CONNECT_SECONDS).close()
        answers[server] = True
    except OSError as error:
        answers[server] = error.strerror or str(error)


def fetch(url, title):
    """Download `url` into memory, with a progress bar and up to three attempts.

    In memory, so that a download that is cut off leaves nothing behind.

    Args:
        url: address of the file.
        title: what the progress bar says is downloaded.

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
            # "Not found" stays so; "busy" may pass.
            if error.response.status_code < 500:
                pause = None
            problem = f"{url}: HTTP status {error.response.status_code}"
        except requests.Timeout:
            # A server that takes connections and says nothing is left for the next mirror.
            pause, problem = None, f"{url}: no answer within {READ_SECONDS} s"
        except (requests.RequestException, OSError) as error:
            problem = f"{url}: {_innermost(error)}"
        if pause is None:
            break
        time.sleep(pause)
    raise DownloadError(problem)


def _attempt(url, title):
    """One download of `url`.

    Raises:
        requests.RequestException: there was no full answer.
    """
    import pooch
    from tqdm.auto import tqdm

    content = io.BytesIO()
    # A bar without a total is false in a condition, so that pooch would not use it; pooch
    # replaces the total by the file's size.
    bar = tqdm(desc=title, total=1, unit="B", unit_scale=True, leave=False)
    with contextlib.closing(bar):
        fetch_once = pooch.HTTPDownloader(
            progressbar=bar, chunk_size=1 << 16, timeout=(CONNECT_SECONDS, READ_SECONDS)
        )
        fetch_once(url, content, None)
    content.seek(0)
    return content


def _innermost(error):
    """The plain reason in a chain of wrapped exceptions."""
    while isinstance(error.args[0] if error.args else None, BaseException):
        error = error.args[0]
    return str(error) or type(error).__name__
