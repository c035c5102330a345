"""文件见证 — a file that only grows, a line a head, in a folder of another machine, another disk, another office."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from yiwang.ground.sealed import Head, head_of
from yiwang.plumbing.witnesses import Silent, examine

HEADS = "heads.jsonl"
_TAIL = 4_096


@dataclass(frozen=True, slots=True)
class FileWitness:
    """文件见证人: safe to use from many processes. `key` is the only one it takes heads of; else that of the first."""

    folder: Path
    key: bytes = b""

    @property
    def name(self) -> str:
        """Its folder."""
        return str(self.folder)

    def latest(self) -> Head | None:
        """The last head taken. Silent when the file cannot be read."""
        try:
            with self._path.open("rb") as file:
                return _last(file.fileno())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise Silent(str(error)) from error

    def heads(self) -> Iterator[Head]:
        """All heads taken, the first first. Silent when the file cannot be read."""
        try:
            with self._path.open("rb") as file:
                for line in file:
                    if line.endswith(b"\n"):
                        yield head_of(json.loads(line))
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            raise Silent(str(error)) from error

    def take(self, head: Head, proof: Sequence[bytes]) -> None:
        """Take a head; it is on the disk when this returns. Unwitnessed when it does not continue the last; Silent."""
        try:
            with self._alone() as file:
                seen = _last(file)
                if seen == head:
                    return
                examine(seen, head, proof, self.key)
                os.write(file, json.dumps(head.as_text()).encode() + b"\n")
                os.fsync(file)
        except (OSError, ValueError) as error:
            raise Silent(str(error)) from error

    @property
    def _path(self) -> Path:
        return self.folder / HEADS

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """The file, nobody else writing; half a line that a crash has left behind is cut off."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = os.fstat(file).st_size
            tail = os.pread(file, _TAIL, max(0, size - _TAIL))
            if tail and not tail.endswith(b"\n"):
                os.ftruncate(file, size - len(tail.rpartition(b"\n")[2]))
            yield file
        finally:
            os.close(file)


def _last(file: int) -> Head | None:
    """The last whole line of a file."""
    size = os.fstat(file).st_size
    lines = os.pread(file, _TAIL, max(0, size - _TAIL)).split(b"\n")
    return head_of(json.loads(lines[-2])) if len(lines) > 1 else None
