"""What no run folder may reach: files beside it, a command that would tell, a host that counts."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sweeps import commands
from tests.sweeps.hosts import CountingHost

# A new command reads a run folder, unless it is named here.
FOLDERLESS = {"demo", "gradcheck", "new", "schema"}
COMMANDS = tuple(sorted(commands.COMMANDS.keys() - FOLDERLESS))


class Outside(CountingHost):
    """A folder that is watched, and a listening socket of this machine.

    `precious` is a file in it, `empty` a folder in it; `command` is a shell command that leaves
    `canary`; whoever calls at `port` is counted.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.empty = folder / "empty"
        self.empty.mkdir(parents=True)
        self.precious = folder / "precious.txt"
        self.precious.write_text("not yours\n" * 200)
        self.canary = folder / "canary"
        self.command = f"touch {self.canary}"

    def state(self) -> str:
        """What would differ after any harm: names, kinds, modes and contents; and the calls."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            status = path.lstat()
            digest.update(f"{path} {status.st_mode} ".encode())
            if path.is_symlink():
                digest.update(os.readlink(path).encode())
            elif path.is_file():
                digest.update(path.read_bytes())
        return f"{digest.hexdigest()[:12]}, {self.calls} calls"


@dataclass(frozen=True)
class Case:
    """A finished run's folder with something planted in it.

    make(folder, outside): plants it. Of `commands` each has to refuse in one line, exit code 2, but
    those of `spared`, which do not meet it, and so may end as ever.
    """

    name: str
    make: Callable[[Path, Outside], None]
    commands: tuple[str, ...] = COMMANDS
    spared: tuple[str, ...] = ()
