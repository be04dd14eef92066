"""rclip (PyPI, MIT) as its users run it: the command on PATH, with weights that it has fetched before.

It is no dependency: it needs older numpy, Pillow and huggingface-hub than we do; `pipx install rclip` gives it an
environment of its own. Its weights lie in its data folder, which RCLIP_DATADIR names; ours has links to them and a
new database each time, so that nothing of the user's is touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

# rclip 3.3: `model_download.py`.
_WEIGHTS = ("ViT-B-32-256-datacomp_s34b_b86k", "tokenizer")
_VISUAL = "ViT-B-32-256-datacomp_s34b_b86k/visual.onnx"
_ENOUGH_S = 600
_LEAST_S = 0.001  # of a handful of pictures, less is left than the start varies


@dataclass(frozen=True, slots=True, kw_only=True)
class Rclip:
    """The command, where its weights are, and a reason in a sentence where it can't run."""

    command: str
    weights: Path
    scratch: Path
    reason: str = ""

    def seconds(self, folder: Path) -> float:
        """Return how long rclip indexes `folder`: a first search, less one that finds its index made."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        data = Path(tempfile.mkdtemp(dir=self.scratch))
        for name in _WEIGHTS:
            (data / name).symlink_to(self.weights / name)
        try:
            with_indexing = self._search(folder, data)
            return max(_LEAST_S, with_indexing - self._search(folder, data, "--no-indexing"))
        finally:
            shutil.rmtree(data)

    def _search(self, folder: Path, data: Path, *options: str) -> float:
        environment = {**os.environ, "RCLIP_DATADIR": str(data), "HF_HUB_OFFLINE": "1"}
        # Our own environment's packages are not rclip's.
        environment.pop("PYTHONPATH", None)
        began = time.perf_counter()
        subprocess.run(
            [self.command, "--filepath-only", "--top", "1", *options, "red car"],
            cwd=folder,
            env=environment,
            check=True,
            timeout=_ENOUGH_S,
            capture_output=True,
        )
        return time.perf_counter() - began


def find_rclip(scratch: Path) -> Rclip:
    """Look for the command and its weights; neither is fetched."""
    command = shutil.which("rclip") or ""
    home = Path.home() / ("Library/Application Support" if sys.platform == "darwin" else ".local/share")
    folder = Path(os.environ.get("RCLIP_DATADIR") or home / "rclip")
    reason = ""
    if not (folder / _VISUAL).is_file():
        reason = (
            "rclip: needs its weights from a hub, and they are not on this machine; where its hub answers, "
            "`pipx install rclip` and one search with it put them there, and it is measured."
        )
    elif not command:
        reason = "rclip: not installed; `pipx install rclip` puts it on PATH, and it is measured."
    return Rclip(command=command, weights=folder, scratch=scratch, reason=reason)
