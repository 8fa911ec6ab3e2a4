"""The client library of a Gradtape server: the same words as everywhere else."""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self
from urllib.parse import quote

import httpx
import numpy as np
from numpy.typing import NDArray

from gradtape.errors import RequestFailed
from gradtape.tape.numbers import from_json_number, to_json_number

DEFAULT_URL = "http://127.0.0.1:8000"
TIMEOUT_SECONDS = 60.0  # longer than a server lets one request take

Spec = Mapping[str, Any]


class Client:
    """A Gradtape server.

    Args:
        url: where it listens.
        transport: how requests get there; for tests without a network.

    Every method raises RequestFailed with the server's own code, path and message, or with the
    code `unreachable`.
    """

    def __init__(
        self, url: str = DEFAULT_URL, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=f"{self.url}/api/v1", timeout=TIMEOUT_SECONDS, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; sessions live on."""
        self._http.close()

    def health(self) -> dict[str, Any]:
        """Versions and the device."""
        return self.request("GET", "/health").json()

    def examples(self) -> list[dict[str, Any]]:
        """Named specs: `key`, `title`, `description`, `spec`."""
        return self.request("GET", "/examples").json()

    def record(self, spec: Spec, *, values: str | None = "inline") -> dict[str, Any]:
        """Record one iteration of a spec; the server keeps nothing.

        Args:
            values: "inline" for every tensor's numbers, None for the structure and the loss alone.
        """
        parameters = {"values": values} if values else {}
        return self.request("POST", "/record", params=parameters, json=dict(spec)).json()

    def open(self, spec: Spec | str) -> "Session":
        """Open a session for a spec, or for an example by its key."""
        body = {"example": spec} if isinstance(spec, str) else {"spec": dict(spec)}
        return Session(self, self.request("POST", "/sessions", json=body).json()["id"])

    def branch(self, session: "Session | str", iteration: int | None = None) -> "Session":
        """Open a session that goes on from an iteration of another, which is left as it is.

        Args:
            session: the other one, or its id.
            iteration: a recorded one, or the one that comes next; by default where it stands.
        """
        origin = session if isinstance(session, str) else session.id
        body = {"branch": {"session": origin, "iteration": iteration}}
        return Session(self, self.request("POST", "/sessions", json=body).json()["id"])

    def session(self, session_id: str) -> "Session":
        """A session that is open already."""
        session = Session(self, session_id)
        session.state()
        return session

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request to the API; `path` begins after `/api/v1`."""
        try:
            response = self._http.request(method, path, **options)
        except httpx.TransportError as failure:
            raise self._unreachable(failure) from failure
        raise_for_error(response)
        return response

    def stream_events(self, session_id: str, after: int) -> Iterator[dict[str, Any]]:
        """Logged events after a sequence, as they happen, until the stream ends."""
        options = {"params": {"after": after}, "timeout": httpx.Timeout(TIMEOUT_SECONDS)}
        try:
            with self._http.stream("GET", f"/sessions/{session_id}/events", **options) as response:
                if response.is_error:
                    response.read()
                raise_for_error(response)
                for line in response.iter_lines():
                    if line.startswith("data:"):
                        yield json.loads(line.removeprefix("data:"))
        except httpx.TransportError as failure:
            raise self._unreachable(failure) from failure

    def _unreachable(self, failure: httpx.TransportError) -> RequestFailed:
        return RequestFailed(f"No answer from {self.url}: {failure}.", code="unreachable")


class Session:
    """One live network on a server, with its tape."""

    def __init__(self, client: Client, session_id: str) -> None:
        self.id = session_id
        self._client = client
        self._path = f"/sessions/{quote(session_id, safe='')}"

    def state(self) -> dict[str, Any]:
        """Spec, iteration, phase, device, iterations recorded."""
        return self._get("").json()

    def record(self) -> dict[str, Any]:
        """Run one iteration, recorded, and return its tape with every number."""
        self._carry_out({"kind": "record"})
        return self.tape(values="inline")

    def run(
        self,
        iterations: int | None = None,
        *,
        epochs: int | None = None,
        until_loss: float | None = None,
        record_every: int | None = None,
    ) -> dict[str, Any]:
        """Train, and return the state afterwards.

        Args:
            iterations: how many; or give `epochs`.
            until_loss: the run ends sooner where an iteration's loss lies below it.
            record_every: every so many iterations one is recorded; the last one always is.
        """
        options: dict[str, Any] = {
            "iterations": iterations,
            "epochs": epochs,
            "record_every": record_every,
        }
        if until_loss is not None:
            options["until"] = {"loss": until_loss}
        given = {name: value for name, value in options.items() if value is not None}
        return self._carry_out({"kind": "run", **given})

    def reset(self) -> dict[str, Any]:
        """Back to iteration 0; recorded iterations go."""
        return self._carry_out({"kind": "reset"})

    def set(
        self,
        *,
        schedule: Mapping[str, float] | None = None,
        regularization: Mapping[str, float | None] | None = None,
        at_once: bool = False,
        **optimizer: float,
    ) -> dict[str, Any]:
        """Change hyperparameters: `session.set(lr=0.1)`, `session.set(schedule={"gamma": 0.5})`.

        Args:
            at_once: change a run too that another thread or process waits for, while it goes on;
                returns the state without waiting for its end.
        """
        parts = {"optimizer": optimizer, "schedule": schedule, "regularization": regularization}
        command = {"kind": "set"} | {name: dict(each) for name, each in parts.items() if each}
        if not at_once:
            return self._carry_out(command)
        self.send(command | {"at_once": True})
        return self.state()

    def edit(self, tensor: str, index: Sequence[int], value: float) -> dict[str, Any]:
        """Write one number of a parameter, a buffer, the input or the target."""
        place = {"tensor": tensor, "index": list(index)}
        return self._carry_out({"kind": "edit", **place, "value": to_json_number(value)})

    def intervene(self, layer: str, what: str, factor: float | None = None) -> dict[str, Any]:
        """Do something to a layer from the next iteration on: `session.intervene("fc1", "freeze")`.

        Args:
            what: `freeze`, `cut_value` or `scale_gradient`.
            factor: of scale_gradient; 0 cuts the gradient.
        """
        scaling = {} if factor is None else {"factor": factor}
        return self._carry_out({"kind": "intervene", "layer": layer, "what": what, **scaling})

    def take_back(self, layer: str | None = None, what: str | None = None) -> dict[str, Any]:
        """End interventions: of a layer, of a sort, or all."""
        return self._carry_out({"kind": "take_back", "layer": layer, "what": what})

    def seek(self, iteration: int) -> dict[str, Any]:
        """Stand before a recorded iteration again."""
        return self._carry_out({"kind": "seek", "iteration": iteration})

    def branch(self, iteration: int | None = None) -> "Session":
        """Another session that goes on from a recorded iteration; by default from here."""
        return self._client.branch(self, iteration)

    def pause(self) -> int:
        """Stop a run that another thread or process waits for."""
        return self.send({"kind": "pause"})

    def tape(self, iteration: int | None = None, *, values: str | None = None) -> dict[str, Any]:
        """A recorded iteration, the latest by default: `structure` and `frame`."""
        return self._get("/tape", iteration=iteration, values=values).json()

    def times(self, iteration: int | None = None) -> list[float]:
        """How long each op of a recorded iteration takes, by op id, in seconds."""
        answer = self._get("/tape/times", iteration=iteration).json()
        return [nanoseconds / 1e9 for nanoseconds in answer["nanoseconds"]]

    def values(
        self,
        tensor: str | int,
        *,
        slice: str | None = None,  # noqa: A002
        iteration: int | None = None,
    ) -> NDArray[Any]:
        """Exact numbers of a tensor, by name or id, in its own dtype."""
        path = f"/tensors/{quote(str(tensor), safe='')}/values"
        headers = {"Accept": "application/octet-stream"}
        answer = self._get(path, headers, slice=slice, iteration=iteration)
        shape = [int(size) for size in answer.headers["X-Gradtape-Shape"].split(",") if size]
        return np.frombuffer(answer.content, answer.headers["X-Gradtape-Dtype"]).reshape(shape)

    def difference(
        self, before: int | str = "replaced", after: int | None = None
    ) -> dict[str, Any]:
        """What differs between two recorded iterations, the largest change first.

        Args:
            before: an iteration, or "replaced": what `after` was recorded in place of.
            after: an iteration, the latest by default.
        """
        return self._get("/difference", **{"from": before, "to": after}).json()

    def metrics(self, since: int = 0) -> dict[str, Any]:
        """Columns, one entry per iteration; every number a float, NaN and infinities too."""
        columns = self._get("/metrics", since=since).json()
        return _with_floats(columns)

    def surface(self, resolution: int = 60) -> dict[str, Any]:
        """What the network gives around its data; `planes` become arrays by name.

        Each has the shape (y, x), or (x,) where there is one input; `axes` say where.
        """
        told = self._get("/surface", resolution=resolution).json()
        counts = [axis["count"] for axis in reversed(told["axes"])]
        numbers = np.frombuffer(b64decode(told.pop("values")), "<f4")
        planes = numbers.reshape(len(told["planes"]), *counts)
        return {**told, "planes": dict(zip(told["planes"], planes, strict=True))}

    def predictions(
        self,
        limit: int = 100,
        *,
        output: int = 0,
        only_wrong: bool = False,
        with_inputs: bool = False,
    ) -> dict[str, Any]:
        """The network's answers for its samples, by columns.

        Args:
            limit: how many rows at most.
            output: which of several outputs, where they are no classes.
            only_wrong: the wrong answers, the surest first.
            with_inputs: each row with the numbers of its sample.
        """
        options = {"limit": limit, "output": output, "only_wrong": only_wrong}
        return self._get("/predictions", **options, with_inputs=with_inputs).json()

    def landscape(self, kind: str = "random", **options: Any) -> dict[str, Any]:
        """A loss landscape, once it is done: `losses` is an array of shape (y, x).

        Args:
            kind: "random" (with `seed`), "path", or "numbers" (with `x` and `y`, each as in
                {"tensor": "fc1.weight", "index": [0, 0]}).
            options: `steps`, `radius` and `samples` too.
        """
        after = self.state()["sequence"]
        body = {"kind": kind, **options}
        told = self._client.request("POST", f"{self._path}/landscapes", json=body).json()
        path = f"/landscapes/{told['id']}"
        for logged in self.events(after=after):
            event = logged["event"]
            is_progress = event["kind"] == "progress" and event["job"] == told["id"]
            # After a restoration the answer is that it is lost; after a resync, how it stands.
            if is_progress or event["kind"] in ("restored", "resync"):
                told = self._get(path).json()
                if told["phase"] != "running":
                    break
        if told["error"] is not None:
            raise _failure(told["error"], status=None)
        rows = [[float(from_json_number(loss)) for loss in row] for row in told["losses"]]
        return {**told, "losses": np.array(rows)}

    def layers(self, iterations: Sequence[int] | None = None) -> list[dict[str, Any]]:
        """Histograms, norms, dead and saturated shares of each layer, by recorded iteration.

        Args:
            iterations: recorded ones; without them all, thinned evenly if they are many.
        """
        given = None if iterations is None else list(iterations)
        found = self._get("/layers", iterations=given).json()["iterations"]
        for layer in (layer for each in found for layer in each["layers"]):
            for part in ("output", "output_gradient", "parameter_gradient"):
                if layer[part] is not None:
                    layer[part]["norm"] = float(from_json_number(layer[part]["norm"]))
        return found

    def diagnosis(self) -> list[dict[str, Any]]:
        """What is wrong, causes first; an empty list means healthy.

        Each finding has `kind`, `layer`, `evidence`, `message`, `suggestion`, and `cure`, whose
        `spec` can be opened to try it, or None.
        """
        found = self._get("/diagnosis").json()
        for finding in found:
            evidence = finding["evidence"].items()
            finding["evidence"] = {name: float(from_json_number(value)) for name, value in evidence}
        return found

    def figure(self, name: str) -> dict[str, Any]:
        """A Plotly figure: `plotly.graph_objects.Figure(session.figure("loss")).show()`."""
        return self._get(f"/figures/{quote(name, safe='')}").json()

    def export(self, kind: str, *, iteration: int | None = None) -> bytes:
        """The session as a file: `Path("moons.svg").write_bytes(session.export("svg"))`.

        Args:
            kind: html (a replay), svg, png, pdf, dot, script, safetensors or csv.
            iteration: a recorded one, where the kind is about one; the latest by default.
        """
        return self._get(f"/exports/{quote(kind, safe='')}", iteration=iteration).content

    def events(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """Logged events as they happen: `{"sequence", "event"}`."""
        return self._client.stream_events(self.id, after)

    def send(self, command: Mapping[str, Any]) -> int:
        """Send a command without waiting for it; the sequence of its `accepted` event."""
        answer = self._client.request("POST", f"{self._path}/commands", json=dict(command))
        return answer.json()["sequence"]

    def delete(self) -> None:
        """End the session for good."""
        self._client.request("DELETE", self._path)

    def _get(
        self, path: str, headers: Mapping[str, str] | None = None, **parameters: Any
    ) -> httpx.Response:
        given = {name: value for name, value in parameters.items() if value is not None}
        return self._client.request("GET", f"{self._path}{path}", params=given, headers=headers)

    def _carry_out(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Send a command, wait until it is carried out, and return the state after it."""
        for logged in self.events(after=self.send(command)):
            event = logged["event"]
            if event["kind"] == "failed":
                raise _failure(event["error"], status=None)
            if event["kind"] == "state" and event["phase"] != "running":
                break
            if event["kind"] == "resync" and self.state()["phase"] != "running":
                break  # what was missed tells of the end
        return self.state()


def raise_for_error(response: httpx.Response) -> None:
    """Raise RequestFailed for an answer in the error shape."""
    if not response.is_error:
        return
    try:
        problem = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        message = f"{response.url} answered {response.status_code}; is it a Gradtape server?"
        raise RequestFailed(message, code="unreadable", status=response.status_code) from None
    raise _failure(problem, status=response.status_code)


def _failure(problem: Mapping[str, Any], *, status: int | None) -> RequestFailed:
    details = {
        name: value for name, value in problem.items() if name not in ("code", "path", "message")
    }
    # Named details could clash with parameters of the exception; they stay together.
    failure = RequestFailed(
        problem["message"], code=problem["code"], status=status, path=problem["path"]
    )
    failure.details = details
    return failure


def _with_floats(columns: dict[str, Any]) -> dict[str, Any]:
    """Columns, nested or not, with floats for the names of numbers; iterations stay whole."""
    return {
        name: _with_floats(column)
        if isinstance(column, dict)
        else column
        if name == "iteration"
        else [float(from_json_number(value)) for value in column]
        for name, column in columns.items()
    }
