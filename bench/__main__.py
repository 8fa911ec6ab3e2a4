"""`python -m bench`: measure everything, print the tables, write bench.json.

Runs from the repository's root. It is a benchmark, not a test: a missed aim is printed, not raised.
"""

import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from bench.layout_figures import measure_layout
from bench.page_figures import measure_page
from bench.recording import measure_recording
from bench.replay_figures import measure_replay
from bench.server_figures import measure_server
from bench.stage_figures import measure_stage
from bench.tables import (
    figures_table,
    layout_table,
    profile_table,
    recording_table,
    training_table,
)
from bench.training import measure_playground, measure_training
from bench.training_page import measure_training_page
from tests.live_server import LiveServer

RESULT_PATH = Path("bench.json")


def describe_machine() -> dict[str, Any]:
    """What the figures were taken on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": 1,
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def main() -> None:
    """Print each table as soon as it is known."""
    result: dict[str, Any] = {"machine": describe_machine()}
    print(", ".join(f"{name}: {value}" for name, value in result["machine"].items()), flush=True)
    result["recording"] = measure_recording()
    print("\n" + recording_table(result["recording"]), flush=True)
    print("\n" + profile_table(result["recording"]), flush=True)
    result["layout"] = measure_layout()
    print("\n" + layout_table(result["layout"]), flush=True)
    result["replay"] = measure_replay()
    print("\n" + figures_table("replay", result["replay"]), flush=True)
    with tempfile.TemporaryDirectory() as folder, LiveServer(Path(folder)) as server:
        result["training"] = measure_training(server)
        print("\n" + training_table(result["training"]), flush=True)
        result["playground"] = measure_playground(server)
        print("\n" + figures_table("training", result["playground"]), flush=True)
        result["server"] = measure_server(server)
        print("\n" + figures_table("server", result["server"]), flush=True)
        result["page"] = measure_page(server)
        print("\n" + figures_table("page", result["page"]), flush=True)
        result["training_page"] = measure_training_page(server)
        print("\n" + figures_table("training page", result["training_page"]), flush=True)
    result["stage"] = measure_stage()
    print("\n" + figures_table("stage", result["stage"]), flush=True)
    RESULT_PATH.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    print(f"\nWritten to {RESULT_PATH}.")


if __name__ == "__main__":
    main()
