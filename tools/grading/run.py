"""One notebook run in the sandbox, cell by cell, whatever its cells do.

nbgrader's own Execute runs it; added is what a hostile or unlucky cell asks for. A cell that never ends,
ends Python or uses too much is replaced by an error that says so, and all is run again without it, so that
the other tasks keep their points. After every check that passes, known wrong answers are put before it: a
check that accepts one has been tampered with and counts for nothing.
"""

import copy
import itertools
import os
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import zmq
import zmq.asyncio
from exercise_rules import kind
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_output
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from grading.remarks import Remark, flag
from grading.sandbox import SHARED, Watch, emptied, kernelspec
from grading.suspicion import origins, read

CONTROL = """\
exec(compile({!r}, "<control>", "exec"), {{k: v for k, v in globals().items() if k not in {!r}}})"""
COUNT = "_wrong_answers_accepted"  # no name that a student would take
NUMBERS = itertools.count()
SHOWN = ("text/plain", "image/png", "image/jpeg")  # of an output: nothing with scripts in it
LARGEST_MESSAGE = 8 * 2**20  # bytes, of what a kernel may send at once
TAMPERED = "The check of {} accepts answers that are known to be wrong: something has changed it."


class NoKernel(Exception):
    """Python could not be started at all: no fault of the submission's."""


class Isolated(Execute):
    """nbgrader's Execute with a kernel in the sandbox, and limits."""

    def __init__(self, limits, deadline, isolated, place, **kwargs):
        c = Config()
        c.KernelManager.connection_file = str(place / f"connection-{next(NUMBERS)}.json")
        if isolated:  # no network in there: sockets are files in the folder that it shares
            c.KernelManager.transport, c.KernelManager.ip = "ipc", str(place / SHARED / "k")
        super().__init__(config=c, **kwargs)
        self.timeout, self.startup_timeout, self.iopub_timeout = int(limits.cell), 60, 4
        self.interrupt_on_timeout, self.coalesce_streams = False, True
        self.kernel_name, self.limits, self.deadline = "isolated", limits, deadline
        self.place, self.at, self.watch, self.written = place, None, None, 0

    def create_kernel_manager(self):
        km = super().create_kernel_manager()
        km.context = zmq.asyncio.Context()
        km.context.setsockopt(zmq.MAXMSGSIZE, LARGEST_MESSAGE)
        return km

    def preprocess_cell(self, cell, resources, index):
        if self.watch is None:
            self.watch = Watch(self.km.provisioner.pid, self.limits, self.place / SHARED)
            self.watch.start()
        self.at, self.written = index, 0
        if cell.cell_type != "code":
            return cell, resources
        if "control" in cell.metadata and failed(self.nb.cells[index - 1]):
            return cell, resources
        if monotonic() > self.deadline:
            cell.outputs = [
                error("TimeIsUp", f"After {self.limits.total:.0f} s nothing more was run.")
            ]
            return cell, resources
        return super().preprocess_cell(cell, resources, index)

    def process_message(self, msg, cell, cell_index):
        """Outputs up to a limit; what comes beyond it is dropped."""
        if msg["msg_type"] in (
            "stream",
            "display_data",
            "execute_result",
            "error",
            "update_display_data",
        ):
            before, self.written = self.written, self.written + len(str(msg["content"]))
            if self.written > self.limits.output:
                if before <= self.limits.output:
                    cell.outputs.append(new_output("stream", text="\n… the rest was cut.\n"))
                return None
        if "data" in msg["content"]:
            data = msg["content"]["data"]
            msg["content"]["data"] = {mime: data[mime] for mime in SHOWN if mime in data}
            msg["content"]["metadata"] = {}
        return super().process_message(msg, cell, cell_index)


def error(name, told):
    return new_output("error", ename=name, evalue=told, traceback=[f"{name}: {told}"])


def failed(cell):
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def run(nb, controls, limits, isolated=True):
    """(nb with outputs, remarks) of a framed notebook.

    controls: {task: sources of answers that must not pass}.
    """
    with TemporaryDirectory(prefix="rnn", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        kernelspec(place, limits, isolated)
        os.environ["JUPYTER_PATH"] = folder
        try:
            nb, stopped = rounds(with_controls(nb, controls), limits, isolated, place)
        finally:
            emptied(place / SHARED)
    remarks = [flag(f"{name} was stopped: {told}") for name, told in stopped.items()]
    return without_controls(nb, remarks), remarks


def rounds(nb, limits, isolated, place):
    """(executed notebook, {cell id: why it was stopped}): run until every cell has come to an end."""
    stopped, deadline = {}, monotonic() + limits.total
    while True:
        trial = copy.deepcopy(nb)
        for cell in trial.cells:
            if cell.id in stopped:
                cell.source = f"raise RuntimeError({stopped[cell.id]!r})"
        emptied(place / SHARED)  # what one kernel leaves there is nothing of the next one's
        kernel = Isolated(limits, deadline, isolated, place)
        try:
            kernel.preprocess(trial, {"metadata": {"path": str(place)}})
            break
        except Exception as trouble:  # whatever a kernel in strange hands can cause
            culprit = trial.cells[kernel.at].id if kernel.at is not None else None
            if culprit is None or culprit in stopped:
                raise NoKernel(f"{type(trouble).__name__}: {trouble}") from trouble
            stopped[culprit] = reason(trouble, kernel)
        finally:
            if kernel.watch:
                kernel.watch.ended.set()
    for cell, original in zip(trial.cells, nb.cells, strict=True):
        cell.source = original.source
    return trial, stopped


def reason(trouble, kernel):
    """Why a cell came to no end, in a sentence for the student."""
    if kernel.watch and kernel.watch.told:
        return kernel.watch.told
    if isinstance(trouble, DeadKernelError):
        return "It ended Python."
    if isinstance(trouble, CellTimeoutError) and "IOPub" in str(trouble):
        return "It wrote too much."
    if isinstance(trouble, CellTimeoutError):
        return f"It did not come to an end within {kernel.timeout} s."
    return f"Its output could not be read ({type(trouble).__name__})."


def with_controls(nb, controls):
    """The notebook with a cell behind each check in which known wrong answers are put before it."""
    made, before = copy.deepcopy(nb), set()
    made.cells = []
    for cell in nb.cells:
        made.cells.append(copy.deepcopy(cell))
        names = {*origins(read(cell.source))} if cell.cell_type == "code" else set()
        new, before = sorted(names - before), before | names
        task = cell.id.removesuffix("-check")
        if kind(cell) == "check" and controls.get(task):
            source = "\n".join(attempt(answer, cell.source, new) for answer in controls[task])
            source = f"{COUNT} = 0\n{source}\nassert {COUNT}, 'as it should be'"
            control = new_code_cell(source, id=f"{task}-control", metadata={"control": task})
            made.cells.append(control)
    return made


def attempt(answer, check, new):
    """Code that counts in COUNT whether a check accepts an answer, in a copy of all names.

    new: names that the check has just made, which an answer does not find when it is run for the first time.
    """
    both = textwrap.indent(CONTROL.format(f"{answer}\n{check}", new), "    ")
    return f"try:\n{both}\n    {COUNT} += 1\nexcept BaseException:\n    pass"


def without_controls(nb, remarks):
    """The notebook without those cells; a check that one of them shows to be worthless is failed."""
    by_id = {cell.id: cell for cell in nb.cells}
    for cell in nb.cells:
        task = cell.metadata.get("control")
        if not task:
            continue
        check = by_id[f"{task}-check"]
        if failed(check) or refused(cell):
            continue
        if any(output.get("ename") == "TimeIsUp" for output in cell.outputs):
            remarks.append(flag(f"there was no time left to control the check of {task}"))
        else:
            told = TAMPERED.format(task)
            check.outputs.append(error("Tampered", told))
            remarks.append(flag(told))
    for cell in nb.cells:
        if kind(cell) == "check":
            cell.outputs = [fair(output, cell.id, remarks) for output in cell.outputs]
            cell.outputs = [output for output in cell.outputs if output]
    nb.cells = [cell for cell in nb.cells if "control" not in cell.metadata]
    return nb


def refused(control):
    """Whether the control came to its own end, an assertion that no wrong answer was accepted."""
    errors = [output for output in control.outputs if output.output_type == "error"]
    return any((o.ename, o.evalue) == ("AssertionError", "as it should be") for o in errors)


def fair(output, check, remarks):
    """An output of a check as nbgrader should see it.

    A check ends with a print, so a value is not its own, and nbgrader would take it for partial credit;
    text on stderr (a warning, mostly) would cost all points where the check was content.
    """
    if output.output_type == "execute_result":
        remarks.append(flag(f"{check} shows a value that the check does not give"))
        return None
    if output.output_type == "stream" and output.name == "stderr":
        remarks.append(Remark(f"{check} ran with a warning or other text on stderr"))
        output.name = "stdout"
    return output
