"""The zygote and its children, as the operating system sees them."""

import asyncio
import os
import resource
import signal
import sys
from pathlib import Path

import pytest

from gradtape import limits
from gradtape.sessions.environment import clean_environment
from gradtape.sessions.messages import RecordCommand
from tests.sessions.conftest import HostMaker, own_host
from tests.sessions.following import follow, has_trained, run_command
from tests.sessions.specs import MOONS, small_spec

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


def status_of(process_id: int) -> dict[str, str]:
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def targets_of(process_id: int) -> list[str]:
    """What the process holds open besides its standard streams."""
    folder = Path(f"/proc/{process_id}/fd")
    return [os.readlink(entry) for entry in folder.iterdir() if int(entry.name) > 2]


def environment_of(process_id: int) -> dict[str, str]:
    entries = Path(f"/proc/{process_id}/environ").read_bytes().split(b"\0")
    return dict(entry.decode().split("=", 1) for entry in entries if entry)


def children_of_this_process() -> set[int]:
    mine = f"{os.getpid()}"
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if stat.rpartition(")")[2].split()[1] == mine:
                found.add(int(entry.name))
    return found


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


async def test_the_zygote_has_one_thread_and_no_device_in_sight(make_host: HostMaker) -> None:
    host = await make_host()
    await host.open("a", MOONS)
    zygote = host.zygote_pid
    assert zygote is not None
    assert status_of(zygote)["Threads"] == "1"
    assert environment_of(zygote)["CUDA_VISIBLE_DEVICES"] == ""
    maps = Path(f"/proc/{zygote}/maps").read_text()
    assert "/dev/nvidia" not in maps


async def test_nothing_of_the_servers_reaches_a_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADTAPE_SECRET", "of the server")
    async with own_host(tmp_path) as host:
        await host.open("a", MOONS)
        await host.open("b", MOONS)
        zygote, process = host.zygote_pid, host.process_id("b")
        assert zygote is not None
        assert process is not None
        for process_id in (zygote, process):
            assert set(environment_of(process_id)) <= set(clean_environment(hide_accelerators=True))
        # Its control socket, and the pair that tells it of a child's end.
        assert [target.split(":")[0] for target in targets_of(zygote)] == ["socket"] * 3
        assert [target.split(":")[0] for target in targets_of(process)] == ["socket"]


async def test_a_session_is_confined(make_host: HostMaker) -> None:
    host = await make_host()
    await host.open("a", MOONS)
    process = host.process_id("a")
    assert process is not None
    cores = resource.prlimit(process, resource.RLIMIT_CORE)
    assert cores == (0, 0)
    memory = resource.prlimit(process, resource.RLIMIT_AS)
    assert memory[1] <= limits.PROCESS_MEMORY_BYTES
    assert status_of(process)["NoNewPrivs"] == "1"
    assert int(Path(f"/proc/{process}/oom_score_adj").read_text()) >= 500


async def test_nothing_is_left_when_a_host_has_stopped(tmp_path: Path) -> None:
    await asyncio.to_thread(int)  # the loop's own threads and sockets are there before
    files, children = open_files(), children_of_this_process()
    async with own_host(tmp_path) as host:
        await asyncio.gather(*(host.open(f"s{number}", small_spec()) for number in range(4)))
        await host.send("s0", run_command(1_000_000))
        await follow(host, "s0", has_trained(10))
        process = host.process_id("s1")
        assert process is not None
        os.kill(process, signal.SIGKILL)
        await host.send("s1", RecordCommand(kind="record"))
        await host.record(MOONS, None)
        await host.close("s2")
        zygote = host.zygote_pid
        assert zygote in children_of_this_process()
        processes = [host.process_id(f"s{number}") for number in (0, 3)]
    assert children_of_this_process() == children
    assert not [process for process in processes if Path(f"/proc/{process}").exists()]
    assert open_files() == files
