"""One spec and one seed through the three doors: the page, REST, and the library."""

import runpy
from pathlib import Path

import gradtape
from tests.browser.test_training import is_at_rest, set_iterations, train
from tests.browser.workbench import Workbench

ITERATIONS = 40


def test_the_page_rest_and_the_library_give_the_same_losses_bit_for_bit(
    workbench: Workbench, tmp_path: Path
) -> None:
    workbench.open()
    set_iterations(workbench, ITERATIONS - 1)  # the page has run one when it opens
    train(workbench)
    workbench.wait_until(lambda: is_at_rest(workbench, ITERATIONS), "the end of training")
    of_the_page = workbench.read("/metrics")["loss"]

    with gradtape.Client(workbench.server.origin) as client:
        session = client.open(workbench.read("")["spec"])
        session.run(ITERATIONS)
        of_rest = session.metrics()["loss"]
        program = tmp_path / "program.py"
        program.write_bytes(session.export("script"))

    # The program knows nothing of Gradtape: it stands for a user's own code around `record`.
    with gradtape.record(every=1) as tape:
        runpy.run_path(str(program))
    of_the_library = [tape.recording(iteration).frame.loss for iteration in tape.iterations]

    assert len(of_the_page) == ITERATIONS
    assert of_the_page == of_rest == of_the_library
