"""胶囊复核 — the program inside a case capsule: `python3 FILE` checks the file it lies in, with nothing but Python.

Exit 0 when all holds, 1 when something does not, 2 when it cannot be read.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path

from yiwang.ground.capsule import DATA, MANIFEST, PAGE, checked


def main(arguments: list[str], itself: str) -> int:
    """Read the capsule, say each thing that was checked, and whether it holds."""
    parser = argparse.ArgumentParser(prog="python3 CAPSULE", description="办件胶囊复核 — check a case capsule offline.")
    parser.add_argument(
        "--key", default="", help="the installation's public key as known from elsewhere, 64 hex digits"
    )
    parser.add_argument(
        "--witness", type=Path, help="heads.jsonl of a witness: whether it has the head of this capsule"
    )
    asked = parser.parse_args(arguments)
    try:
        with zipfile.ZipFile(itself) as packed:
            files = {name: packed.read(name) for name in packed.namelist() if name in (DATA, PAGE, MANIFEST)}
        heads = asked.witness.read_text("utf-8").splitlines() if asked.witness else []
    except (OSError, zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        _say(f"不符 WRONG  the file cannot be read: {error}")
        return 1
    right = True
    for said in checked(files, asked.key, heads):
        right = right and said.holds
        _say(f"{'通过 ok   ' if said.holds else '不符 WRONG'}  {said.what}: {said.words}")
    _say("整体通过 — this capsule is whole." if right else "未通过 — this capsule is not what was made.")
    if right and not asked.key:
        _say("公钥须与公布的核对 — compare the key of `capsule signed` with the one the government publishes.")
    return 0 if right else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], str(Path(__file__).parent)))
