"""The tutorial, block by block, as a reader who pastes it: files written, commands run, what is printed compared."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from services.local_stack.jars import class_path
from tests.support.stack import Stack

TUTORIAL = Path(__file__).parents[3] / "docs" / "tutorial.md"
END = "=== end of a block ==="
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOOLS = {"kcat": "kcat", "java": "javac"}
"""What clients that are no packages of Python's need; where it is not installed, that is printed."""
FILE_NAME = re.compile(r"`([\w.-]+)`:\s*\Z")


class Step(NamedTuple):
    commands: str
    expected: str


def files_and_steps(text: str) -> tuple[dict[str, str], list[Step]]:
    """The files that a reader is described to write, by name, and the commands with what they print."""
    written: dict[str, str] = {}
    steps: list[Step] = []
    for block in BLOCK.finditer(text):
        language, content = block.groups()
        named = FILE_NAME.search(text[: block.start()])
        if named:
            written[named[1]] = content
        elif language == "sh":
            steps.append(Step(content, ""))
        elif language == "text":
            steps[-1] = Step(steps[-1].commands, content)
    return written, steps


def lacks(step: Step) -> str | None:
    """What is not installed of what a step needs, if anything."""
    named = [TOOLS[word] for word in re.findall(r"^(\w+) ", step.commands, re.MULTILINE) if word in TOOLS]
    return next((program for program in named if shutil.which(program) is None), None)


def pattern(expected: str) -> re.Pattern[str]:
    """What an output has to be, with `…` for whatever differs."""
    return re.compile(".*".join(map(re.escape, expected.strip().split("…"))), re.DOTALL)


def test_the_tutorial_does_what_it_says(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written, described = files_and_steps(TUTORIAL.read_text(encoding="utf-8"))
    steps = [step for step in described if not lacks(step)]
    if steps != described:
        with capsys.disabled():
            print(
                "\nNOT RUN of the tutorial:",
                *(f"{program} is not installed" for program in map(lacks, described) if program),
            )
    assert written
    assert len([step for step in steps if step.expected]) > 5
    for name, content in written.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "lib").mkdir()
    for jar in class_path():
        (tmp_path / "lib" / jar.name).symlink_to(jar)
    script = "set -euo pipefail\n" + "".join(f"{step.commands}echo; echo '{END}'\n" for step in steps)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", script],
        env={**stack.environment(), "PATH": path, "CONTACTPOINT_DATA": str(stack.data)},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        check=False,
    )
    printed = ran.stdout.split(END)
    assert ran.returncode == 0, ran.stdout
    for step, output in zip(steps, printed, strict=False):
        assert pattern(step.expected).fullmatch(output.strip()) or not step.expected, output
