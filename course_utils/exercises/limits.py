"""A function call in a process of its own, with limits of time and memory.

A student's answer may never end, fill the memory, or change what the notebook holds. So it is sent
away: nothing that it does reaches the notebook, and it can be stopped.
"""

import dataclasses
import multiprocessing
import time

import cloudpickle
import psutil

# Seconds for starting Python and importing what the answer uses: not the student's fault.
_STARTING = 120
_LOOK_EVERY = 0.02


class Stopped(Exception):
    """The call was stopped, or its process ended; the message says why."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """Seconds that a call may take, and megabytes that it may need beyond what was there."""

    seconds: float = 20.0
    megabytes: float = 1_000.0


def call(function, *arguments, limits=None):
    """`function(*arguments)` in another process.

    Args:
        function: may be defined in a notebook, as may what it refers to.
        arguments: passed on.
        limits: Limits, or None for the usual ones.

    Returns:
        What the function returns.

    Raises:
        Stopped: it took too long, needed too much memory, ended its process, or cannot be sent.
    """
    limits = limits or Limits()
    try:
        payload = cloudpickle.dumps((function, arguments))
    except Exception as error:
        raise Stopped(
            f"it uses something that cannot be sent to another process ({error}). Let it take what "
            "it needs as arguments."
        ) from error
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(payload, there), daemon=True)
    process.start()
    there.close()
    try:
        _result(here, process, _STARTING, None)
        return cloudpickle.loads(_result(here, process, limits.seconds, limits.megabytes))
    finally:
        process.kill()
        process.join()
        here.close()


def _answer(payload, there):
    """In the other process: load the call, say that it begins, make it, send what it returns."""
    try:
        function, arguments = cloudpickle.loads(payload)
        there.send_bytes(b"begins")
        there.send_bytes(b"=" + cloudpickle.dumps(function(*arguments)))
    except Exception as error:
        there.send_bytes(f"!it failed with {type(error).__name__}: {error}".encode())


def _result(here, process, seconds, megabytes):
    """The next message of a process that keeps to its limits."""
    begun, before = time.monotonic(), _megabytes(process)
    while not here.poll(_LOOK_EVERY):
        if time.monotonic() - begun > seconds:
            raise Stopped(f"it took longer than {seconds:g} s and was stopped. Does a loop end?")
        if megabytes and _megabytes(process) - before > megabytes:
            raise Stopped(
                f"it needed more than {megabytes:,.0f} MB of memory and was stopped. Is an array "
                "larger than you meant?"
            )
    try:
        message = here.recv_bytes()
    except EOFError:
        process.join()
        raise Stopped(f"it ended its Python process (exit code {process.exitcode}).") from None
    if message.startswith(b"!"):
        raise Stopped(message[1:].decode())
    return message[1:]


def _megabytes(process):
    try:
        return psutil.Process(process.pid).memory_info().rss / 2**20
    except psutil.Error:
        return 0.0
