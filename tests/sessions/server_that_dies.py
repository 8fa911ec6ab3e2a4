"""A server for a test to kill: opens a session, has it train, and prints its process ids."""

import asyncio
import sys
from pathlib import Path

from gradtape.sessions.local_host import LocalHost
from gradtape.store.session_store import SessionStore
from tests.sessions.following import follow, has_trained, run_command
from tests.sessions.specs import small_spec


async def main(folder: Path, iterations: int) -> None:
    host = LocalHost(SessionStore(folder))
    await host.start()
    await host.open("a", small_spec())
    await host.send("a", run_command(iterations))
    await follow(host, "a", has_trained(100))
    await host.snapshot("a")
    print(host.zygote_pid, host.process_id("a"), (await host.state("a")).sequence, flush=True)
    await asyncio.sleep(3_600)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
