"""The command line: serve the page, record an iteration, train, export.

Exit 0 when it went well, 2 with one clear line when what was asked for cannot be done.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

import gradtape
from gradtape import limits
from gradtape.errors import GradtapeError, InvalidRequest

if TYPE_CHECKING:
    from gradtape.engine.experiment import Experiment
    from gradtape.engine.recorder.recording import Recording
    from gradtape.exports.gallery import Export
    from gradtape.spec import ExperimentSpec
    from gradtape.tape.metrics import Metrics

# torch, FastAPI and rich's progress are imported where they are used: `--help` answers at once.

BAD_INPUT = 2
PAGE_SUFFIXES = {".html", ".htm"}
DEFAULT_ITERATIONS = 500
ITERATIONS_PER_REPORT = 50  # between two moves of the bar; numbers are read from torch only then

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=gradtape.__doc__,
)

SpecFile = Annotated[
    Path, typer.Argument(metavar="SPEC.json", help="A spec, as POST /record takes it.")
]


def _fail(message: str) -> NoReturn:
    # One line whatever the message quotes, so that scripts can read it.
    sys.stderr.write(f"gradtape: {' '.join(message.split())}\n")
    raise SystemExit(BAD_INPUT)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(limits.MAX_BODY_BYTES + 1)
    except OSError as failure:
        raise InvalidRequest(f"Cannot read {path}: {failure.strerror}.") from None
    if len(content) > limits.MAX_BODY_BYTES:
        raise InvalidRequest(f"{path} has more than {limits.MAX_BODY_BYTES:,} bytes.")
    return content


def _read_spec(path: Path) -> "ExperimentSpec":
    from gradtape.server.json_text import parse_json
    from gradtape.spec import parse_spec

    return parse_spec(parse_json(_read_file(path)))


def _require_place(path: Path) -> None:
    """Say at once, not after an hour of training, that a file cannot be written there."""
    if path.is_dir() or not path.parent.is_dir():
        raise InvalidRequest(f"Cannot write {path}: no such folder, or it is one itself.")


def _find_export(kind: str | None, output: Path) -> "Export":
    from gradtape.exports.gallery import find_export, find_export_by_suffix

    return find_export_by_suffix(output.suffix) if kind is None else find_export(kind)


@contextmanager
def _writing(path: Path, mode: str) -> Iterator[Any]:
    try:
        with path.open(mode, newline="" if mode == "w" else None) as file:
            yield file
    except OSError as failure:
        raise InvalidRequest(f"Cannot write {path}: {failure.strerror}.") from None


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; loopback.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes any free one.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder that sessions are kept in.")] = None,
    images: Annotated[
        Path | None, typer.Option(help="Folder of image sets in MNIST's format, one folder each.")
    ] = None,
) -> None:
    """Serve the page and the API."""
    from gradtape.server.serving import serve as run_server
    from gradtape.server.settings import Settings

    given = {"host": host, "port": port, "data": data, "images": images}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    console = Console(stderr=False, highlight=False, soft_wrap=True)

    def tell(url: str) -> None:
        console.print(f"Gradtape: {url}  (Ctrl+C stops it)")
        if not settings.is_loopback_only:
            console.print(f"Everyone on the network who can reach {settings.host} may use it.")

    run_server(settings, tell)


@app.command()
def record(
    spec: SpecFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="run.json for the tape; run.html for a page that shows it, without a server. "
            "Default: the tape, to stdout.",
        ),
    ] = None,
) -> None:
    """Record the first iteration of a spec: the tape as JSON, or a page to look at it."""
    checked = _read_spec(spec)
    if output is not None:
        _require_place(output)

    from gradtape.engine.experiment import Experiment

    experiment = Experiment(checked)
    recording = experiment.record_iteration()
    if output is None:
        sys.stdout.buffer.write(_as_json(recording) + b"\n")
        return
    is_page = output.suffix.lower() in PAGE_SUFFIXES
    page = _find_export("html", output) if is_page else None
    content = _as_json(recording) if page is None else _export(experiment, page)
    with _writing(output, "wb") as file:
        file.write(content)
    ops = len(recording.structure.ops)
    sys.stderr.write(f"{output}: {ops} ops, loss {recording.loss:.6g}\n")


def _as_json(recording: "Recording") -> bytes:
    from gradtape.sessions.answering import answer_tape

    return answer_tape(recording, "inline").payload


def _export(experiment: "Experiment", export: "Export") -> bytes:
    from gradtape.sessions.answering import answer_question

    return export.finish(answer_question(experiment, export.question(None)))


@app.command()
def train(
    spec: SpecFile,
    iterations: Annotated[
        int, typer.Option(min=1, max=limits.MAX_ITERATIONS_PER_RUN)
    ] = DEFAULT_ITERATIONS,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Metrics of every iteration.")
    ] = None,
) -> None:
    """Train a spec and tell the loss."""
    checked = _read_spec(spec)
    if csv_file is not None:
        _require_place(csv_file)

    from gradtape.engine.experiment import Experiment

    reports = _train_in_steps(Experiment(checked), iterations)
    if csv_file is None:
        losses = _follow(reports, iterations)
    else:
        with _writing(csv_file, "w") as file:
            losses = _follow(_write_rows(reports, csv.writer(file)), iterations)
    sys.stdout.write(f"{iterations} iterations: loss {losses[0]:.6g} → {losses[1]:.6g}\n")


@app.command()
def export(
    spec: SpecFile,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Its suffix tells the kind.")
    ],
    kind: Annotated[
        str | None, typer.Option(help="html, svg, png, pdf, dot, script, safetensors or csv.")
    ] = None,
    iterations: Annotated[
        int, typer.Option(min=1, max=limits.MAX_ITERATIONS_PER_RUN, help="The last is recorded.")
    ] = 1,
) -> None:
    """Train a spec and write a replay, its graph, program, parameters or metrics to a file."""
    checked = _read_spec(spec)
    chosen = _find_export(kind, output)
    _require_place(output)

    from gradtape.engine.experiment import Experiment

    experiment = Experiment(checked)
    for _ in range(iterations - 1):
        experiment.train_iteration()
    experiment.record_iteration()
    content = _export(experiment, chosen)
    with _writing(output, "wb") as file:
        file.write(content)
    sys.stderr.write(f"{output}: {chosen.words}, {len(content):,} bytes\n")


def _train_in_steps(experiment: "Experiment", iterations: int) -> "Iterator[Metrics]":
    """Train, yielding the new columns every few iterations."""
    for number in range(1, iterations + 1):
        experiment.train_iteration()
        if number % ITERATIONS_PER_REPORT == 0 or number == iterations:
            columns = experiment.take_new_metrics()
            if columns is not None:
                yield columns


def _write_rows(reports: "Iterable[Metrics]", writer: Any) -> "Iterator[Metrics]":
    """Write each report as CSV rows and pass it on."""
    from gradtape.exports.table import column_names, iterate_rows

    for place, columns in enumerate(reports):
        if place == 0:
            writer.writerow(column_names(columns))
        writer.writerows(iterate_rows(columns))
        yield columns


def _follow(reports: "Iterable[Metrics]", iterations: int) -> tuple[float, float]:
    """Move a bar on a terminal, and return the first and the last loss."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("loss {task.fields[loss]:.6g}"))
    first: float | None = None
    last = float("nan")
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=iterations, loss=last)
        for report in reports:
            first = report.loss[0] if first is None else first
            last = report.loss[-1]
            progress.update(task, completed=report.iteration[-1] + 1, loss=last)
    return (last if first is None else first), last


def _settings_message(failure: ValidationError) -> str:
    problem = failure.errors(include_url=False)[0]
    name = ".".join(str(part) for part in problem["loc"])
    return f"{name}: {problem['msg']}; received {problem['input']!r}."


def main() -> None:
    """Run the command line; every failure that the user can mend is one line and exit 2."""
    try:
        app(standalone_mode=False)
    except typer.TyperException as failure:
        _fail(failure.format_message())
    except GradtapeError as failure:
        place = f"{failure.path}: " if failure.path else ""
        _fail(place + failure.message)
    except ValidationError as failure:
        _fail(_settings_message(failure))
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("\n")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
