"""Makes a run directory of what tests/shim/powercut.c has kept: the run after a power cut."""
import os
import shutil

from engine import BUILD

SHIM = os.path.abspath(os.path.join(BUILD, "powercut.so"))


class PowerCut:
    """A run under the shim. Everything that is there at the start counts as synced."""

    def __init__(self, path, shadow):
        self.path, self.shadow = path, shadow
        os.mkdir(shadow)
        for folder, folders, files in os.walk(path):
            with open(f"{shadow}/d{os.stat(folder).st_ino}", "w") as f:
                for kind, names in (("d", folders), ("f", files)):
                    for name in names:
                        f.write(f"{os.stat(os.path.join(folder, name)).st_ino} {kind} {name}\n")
            for name in files:
                at = os.path.join(folder, name)
                shutil.copyfile(at, f"{shadow}/f{os.stat(at).st_ino}")

    def env(self, **more):
        return dict(os.environ, LD_PRELOAD=SHIM, AX_SHADOW=self.shadow, **more)

    def image(self, out):
        """Makes the run as it would be after a power cut now: of one moment, though the engine goes on."""
        while True:
            before = self._state()
            try:
                self._folder(os.stat(self.path).st_ino, out)
                if self._state() == before:
                    return out
            except FileNotFoundError:
                pass
            shutil.rmtree(out)

    def _state(self):
        found = []
        for entry in os.scandir(self.shadow):
            try:
                st = entry.stat()
                found.append((entry.name, st.st_mtime_ns, st.st_size))
            except FileNotFoundError:
                found.append((entry.name, 0, 0))
        return sorted(found)

    def _folder(self, inode, out):
        os.mkdir(out, 0o700)
        listing = f"{self.shadow}/d{inode}"
        if not os.path.exists(listing):
            return
        with open(listing) as f:
            lines = f.read().splitlines()
        for line in lines:
            inode, kind, name = line.split(" ", 2)
            if kind == "d":
                self._folder(inode, os.path.join(out, name))
            elif os.path.exists(f"{self.shadow}/f{inode}"):
                shutil.copyfile(f"{self.shadow}/f{inode}", os.path.join(out, name))
            else:
                open(os.path.join(out, name), "w").close()  # the name was synced, but never the bytes
