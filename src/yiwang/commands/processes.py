"""进程 — one tree of processes: started together, watched, stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType


class Stopped(Exception):
    """停止: somebody asked the tree to stop."""


@dataclass(slots=True)
class Tree:
    """进程树: children of this process; none outlives it."""

    environment: dict[str, str]
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    commands: dict[str, list[str]] = field(default_factory=dict)

    def start(self, name: str, *arguments: str) -> None:
        """Start `yiwang ARGUMENTS` as a child, out of the terminal's own process group so that we stop it in order."""
        self.commands[name] = [sys.executable, "-m", "yiwang", *arguments]
        self._spawn(name)

    def _spawn(self, name: str) -> None:
        environment = {**os.environ, **self.environment}
        self.children[name] = subprocess.Popen(
            self.commands[name], env=environment, stdout=subprocess.DEVNULL, start_new_session=True
        )

    def watch(self) -> None:
        """Until somebody stops us; a child that dies is started again after a second."""
        while True:
            time.sleep(1.0)
            for name, child in list(self.children.items()):
                if child.poll() is not None:
                    print(f"{name} ended with {child.returncode}, started again", file=sys.stderr)
                    self._spawn(name)

    def stop(self) -> None:
        """Ask every child to end, the last started first; kill what does not within ten seconds."""
        for child in reversed(self.children.values()):
            if child.poll() is None:
                child.terminate()
        for child in self.children.values():
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def stop_on_signals() -> None:
    """SIGINT and SIGTERM raise Stopped in the main thread."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
