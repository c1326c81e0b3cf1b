import os
import socket
import stat
from pathlib import Path

import pytest

from services.local_stack import ports
from services.local_stack.ports import HOST, LOWEST, is_free, remembered_ports


def test_ports_are_remembered(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = remembered_ports(file, ["kafka", "postgres"])
    assert remembered_ports(file, ["kafka", "postgres", "api"]).items() >= first.items()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_ports_differ_and_are_free(tmp_path: Path) -> None:
    chosen = remembered_ports(tmp_path / "ports.json", "abcdefgh")
    assert len(set(chosen.values())) == 8
    assert all(is_free(port) for port in chosen.values())


def test_only_a_port_that_somebody_else_has_taken_is_chosen_again(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    before = remembered_ports(file, ["kafka", "postgres"])
    with socket.create_server((HOST, before["kafka"])):
        after = remembered_ports(file, ["kafka", "postgres"])
    assert after["kafka"] != before["kafka"]
    assert after["postgres"] == before["postgres"]


def test_processes_that_choose_at_once_choose_different_ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _: True)
    chosen: list[int] = []
    for process in range(40_000, 40_200):
        monkeypatch.setattr(os, "getpid", lambda process=process: process)
        chosen += remembered_ports(tmp_path / f"{process}.json", "abcdefgh").values()
    assert len(set(chosen)) == 200 * 8


def test_no_outgoing_connection_is_given_a_chosen_port() -> None:
    with socket.create_server((HOST, 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert not LOWEST <= client.getsockname()[1] < LOWEST + 16_000
