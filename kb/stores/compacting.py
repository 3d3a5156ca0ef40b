"""Compact an embedded store while nobody uses it: ``python -m kb.stores.compacting FOLDER``.

The engine builds its graph index and drops deleted passages. That holds the interpreter for seconds to minutes, so it
is a program of its own and never runs inside the one that serves. Afterwards a search is faster and approximate.
"""

import argparse
import sys
from pathlib import Path

from qdrant_edge import EdgeShard

from core.errors import SextantError
from kb.stores.engine_shard import translated
from kb.stores.holder import FolderLock


def compact(folder: Path) -> int:
    """Compact every collection in ``folder`` and return how many changed. Raises ``StoreHeld`` while one is open."""
    lock = FolderLock(folder)
    changed = 0
    try:
        for path in sorted((folder / "collections").glob("*/segments")):
            with translated(path.parent.name):
                shard = EdgeShard.load(str(path.parent))
                try:
                    changed += shard.optimize()
                    shard.flush()
                finally:
                    shard.close()
    finally:
        lock.release()
    return changed


def main() -> int:
    """Compact the folder on the command line."""
    parser = argparse.ArgumentParser(prog="python -m kb.stores.compacting", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    try:
        changed = compact(parser.parse_args().folder)
    except SextantError as exc:
        sys.stderr.write(f"{exc.message}\n{exc.next_step}\n")
        return exc.exit_code
    sys.stdout.write(f"{changed} collections compacted\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
