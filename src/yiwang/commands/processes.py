"""进程 — one tree of processes: started together, watched, stopped together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

LOG_LIMIT = 10 * 2**20
PATIENCE = 10.0
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


class Stopped(Exception):
    """停止: somebody asked the tree to stop."""


@dataclass(slots=True)
class Tree:
    """进程树: children of this process; none outlives it. What a child says goes to a file of its own in `logs`."""

    logs: Path
    environment: dict[str, str] = field(default_factory=dict)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    commands: dict[str, list[str]] = field(default_factory=dict)

    def start(self, name: str, *arguments: str) -> None:
        """Start `yiwang ARGUMENTS` as a child, out of the terminal's own process group so that we stop it in order."""
        self.commands[name] = [sys.executable, "-m", "yiwang", *arguments]
        self._spawn(name)

    def _spawn(self, name: str) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            self.children[name] = subprocess.Popen(
                self.commands[name],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 — one call into the kernel; we have no threads here
            )

    def watch(self, keep: Callable[[], object]) -> None:
        """Until somebody stops us; a child that dies is started again, and `keep` looks after what is below them."""
        while True:
            time.sleep(1.0)
            keep()
            self.mend()

    def mend(self) -> list[str]:
        """Start again what has died, once the rest of its group, which may hold its port, is gone; their names."""
        dead = [name for name, child in self.children.items() if child.poll() is not None]
        for name in dead:
            child = self.children[name]
            print(f"{name} ended with {child.returncode}, started again; see {self.logs / name}.log", file=sys.stderr)
            _kill_group(child)
            self._spawn(name)
        return dead

    def stop(self) -> None:
        """Ask every child to end, the last started first; kill what has not ended within ten seconds."""
        for child in reversed(self.children.values()):
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + PATIENCE
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=max(0.0, deadline - time.monotonic()))
            _kill_group(child)
            child.wait()


def _end_with_parent() -> None:
    """In the child: when whoever started us is killed, the kernel asks us to end."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def stop_on_signals() -> None:
    """SIGINT and SIGTERM raise Stopped in the main thread, once: who is stopping is not to be interrupted."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
