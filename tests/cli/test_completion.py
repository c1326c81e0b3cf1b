"""Shell completion: the script that is written, sourced by a real bash, completes as somebody types."""

import subprocess
from pathlib import Path

import pytest

from services.cli.catalogue import VERBS
from services.cli.completion import SHELLS
from services.cli.main import main

ASKED = """
source {script}
COMP_WORDS=({words} "")
COMP_WORDS[${{#COMP_WORDS[@]}}-1]="{last}"
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
$(complete -p contactpoint | sed -E 's/.*-F ([^ ]+).*/\\1/') contactpoint "{last}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOME", str(home))
        environment.delenv("XDG_DATA_HOME", raising=False)
        environment.setenv("SHELL", "/bin/bash")
        assert main(["--install-completion"]) == 0
    return home / ".local/share/bash-completion/completions/contactpoint"


def completed(script: Path, typed: str) -> set[str]:
    *words, last = typed.split(" ")
    asked = ASKED.format(script=script, words=" ".join(words), last=last)
    ran = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True, cwd=script.parent)
    return {line.strip() for line in ran.stdout.splitlines() if line.strip()}


def test_all_verbs_are_offered(script: Path) -> None:
    assert set(VERBS) <= completed(script, "contactpoint ")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("contactpoint fin", {"find"}),
        ("contactpoint find --family", {"--family-name"}),
        ("contactpoint find --gender fem", {"female"}),
        ("contactpoint duplicates mer", {"merge"}),
        ("contactpoint completion z", {"zsh"}),
        ("contactpoint submit contactp", {"contactpoint"}),
    ],
)
def test_what_was_begun_is_completed(script: Path, typed: str, offered: set[str]) -> None:
    assert completed(script, typed) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script_that_names_the_verbs(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell, "--print"]) == 0
    printed = capsys.readouterr().out
    assert all(verb in printed for verb in VERBS)


def test_a_shell_that_is_not_known_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SHELL", "/bin/ksh")
    assert main(["completion"]) == 2
    assert "bash, zsh, fish" in capsys.readouterr().err
