"""The kernel of the browser edition in Node: cells go in, outputs come out."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Kernel:
    """One kernel, from its start until it is closed."""

    def __init__(self, distribution, index, drive, folder, log):
        command = ["node", Path(__file__).with_name("kernel.mjs"), distribution, index, drive]
        self._log = log
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
        with log.open("w") as stderr:
            self._node = subprocess.Popen([*command, folder], stderr=stderr, **pipes)
        self.ready = self._heard()["ready"]  # seconds until it took the first cell

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._node.stdin.close()
        self._node.wait()
        self._node.stdout.close()

    def run(self, code):
        """What came of a cell: {"status", "outputs", "seconds", …}."""
        self._node.stdin.write(json.dumps({"code": code}) + "\n")
        self._node.stdin.flush()
        return self._heard()

    def _heard(self):
        line = self._node.stdout.readline()
        if not line:
            raise RuntimeError(f"Node ended:\n{self._log.read_text(encoding='utf-8')}")
        return json.loads(line)


def said(outputs):
    """[(kind, text)] of a cell's outputs as nbval compares them: no pictures, streams in one piece."""
    found = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            kind, text = output["name"], output["text"]
            if (kind,) in [f[:1] for f in found]:
                at = next(n for n, f in enumerate(found) if f[0] == kind)
                found[at] = kind, found[at][1] + text
                continue
        elif kind == "error":
            text = f"{output['ename'].split('.')[-1].strip(chr(39) + '>')}: {output['evalue']}"
        else:
            text = output["data"].get("text/plain", "")
        found.append((kind, text))
    return found
