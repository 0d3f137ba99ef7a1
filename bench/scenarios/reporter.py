"""A report from a pipeline's step: from the start of the process to its first byte out, and with no service there."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping

from bench.bench import Bench
from bench.figures import Figure, Must
from bench.processes import free_port

_TIMES = 5
"""Reports in a round: the first of them may still find files that are not in memory."""
_STEP = {
    "BITBUCKET_BUILD_NUMBER": "512",
    "BITBUCKET_COMMIT": "4f0c2b9e61d7a8835be04d1c9a7f32e6508bd1c4",
    "BITBUCKET_REPO_FULL_NAME": "acme/checkout",
    "BITBUCKET_DEPLOYMENT_ENVIRONMENT": "qa",
    "SHIPBELL_TOKEN": "token-of-the-measurement",
}


def run(bench: Bench) -> list[Figure]:
    """The median of a few reports is one sample a round; a service that is not there refuses, or never answers."""
    firsts, refused, silent = [], [], []
    for _ in range(bench.rounds):
        firsts.append(sorted(_first_byte(bench) for _ in range(_TIMES))[_TIMES // 2])
        refused.append(_ends(bench, {"SHIPBELL_URL": f"http://127.0.0.1:{free_port()}"}))
        silent.append(_with_one_that_never_answers(bench))
        bench.say(f"  {firsts[-1]:.0f} ms, {refused[-1]:.1f} s, {silent[-1]:.1f} s")
    return [
        Figure("reporter: start to first byte out", firsts, Must("≤", 300), "ms"),
        Figure("reporter: back when the service refuses", refused, Must("≤", 10), "s"),
        Figure("reporter: back when the service never answers", silent, Must("≤", 10), "s"),
    ]


def _start(bench: Bench, variables: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "app", "report", "deployment"],
        env={"PATH": os.environ["PATH"], **_STEP, **variables},
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, bench.server),
    )


def _first_byte(bench: Bench) -> float:
    """Milliseconds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        began = time.perf_counter()
        with _start(bench, {"SHIPBELL_URL": f"http://127.0.0.1:{server.getsockname()[1]}"}) as process:
            connection, _ = server.accept()
            with connection:
                connection.recv(1)
                took = (time.perf_counter() - began) * 1000
                connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
                process.wait(30)
    return took


def _with_one_that_never_answers(bench: Bench) -> float:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return _ends(bench, {"SHIPBELL_URL": f"http://127.0.0.1:{server.getsockname()[1]}"})


def _ends(bench: Bench, variables: Mapping[str, str]) -> float:
    """Seconds. Raises RuntimeError when the step would have failed."""
    began = time.perf_counter()
    process = _start(bench, variables)
    if process.wait(60):
        raise RuntimeError(f"the reporter ended with {process.returncode}")
    return time.perf_counter() - began
