"""What every SessionHost does. An implementation runs it by giving a fixture `host`."""

import asyncio
import gzip
import json

import pytest

from gradtape.engine.experiment import Experiment
from gradtape.errors import (
    Busy,
    CommandRefused,
    GradtapeError,
    InvalidSlice,
    UnknownIteration,
    UnknownSession,
    UnknownTensor,
)
from gradtape.limits import MAX_EVENT_READERS, MAX_QUEUED_COMMANDS
from gradtape.sessions.host import SessionHost
from gradtape.sessions.messages import (
    EditCommand,
    FailedEvent,
    PauseCommand,
    RecordCommand,
    ResetCommand,
    SeekCommand,
    SessionPhase,
    SetCommand,
)
from gradtape.sessions.questions import (
    BlobQuestion,
    MetricsQuestion,
    ReplayQuestion,
    TapeQuestion,
    TimesQuestion,
    ValuesQuestion,
)
from gradtape.tape.op_times import OpTimes
from gradtape.tape.replay_document import ReplayDocument
from gradtape.tape.structure import Structure
from tests.sessions.following import (
    follow,
    has_learning_rate,
    has_trained,
    is_kind,
    is_ready,
    is_ready_at,
    metrics_of,
    rows_of,
    rows_of_changed_run,
    run_command,
    told_rows,
)
from tests.sessions.specs import MOONS, TWO_LAYER, small_spec

RECORD = RecordCommand(kind="record")
PAUSE = PauseCommand(kind="pause")
RESET = ResetCommand(kind="reset")


def edit(tensor: str, index: tuple[int, ...], value: float) -> EditCommand:
    return EditCommand(kind="edit", tensor=tensor, index=index, value=value)


class HostContract:
    async def test_a_new_session_stands_before_its_first_iteration(self, host: SessionHost) -> None:
        state = await host.open("a", MOONS)
        assert (state.id, state.name, state.iteration) == ("a", MOONS.name, 0)
        assert state.phase is SessionPhase.READY
        assert state.iterations_recorded == []
        assert state.parameters == Experiment(MOONS).parameter_count
        assert state.spec == MOONS
        assert await host.state("a") == state

    async def test_an_id_is_taken_once(self, host: SessionHost) -> None:
        await host.open("a", MOONS)
        with pytest.raises(CommandRefused, match="a already"):
            await host.open("a", MOONS)

    async def test_a_device_that_is_absent_is_told_and_nothing_is_kept(
        self, host: SessionHost
    ) -> None:
        spec = small_spec(device="cuda:99")
        with pytest.raises(GradtapeError, match="cuda"):
            await host.open("a", spec)
        with pytest.raises(UnknownSession):
            await host.state("a")

    async def test_a_recorded_iteration_has_the_tape_that_the_engine_gives(
        self, host: SessionHost
    ) -> None:
        await host.open("a", MOONS)
        await host.send("a", RECORD)
        payload = (await host.ask("a", TapeQuestion())).payload
        recording = Experiment(MOONS).record_iteration()
        tape = json.loads(payload)
        assert tape["frame"] == json.loads(recording.frame.model_dump_json())
        assert Structure.model_validate(tape["structure"]) == recording.structure
        blob = await host.ask("a", BlobQuestion())
        assert blob.blob == recording.frame.blob
        assert json.loads(blob.payload)["structure_hash"] == recording.structure.hash

    async def test_the_ops_of_a_recorded_iteration_are_timed(self, host: SessionHost) -> None:
        await host.open("a", MOONS)
        await host.send("a", RECORD)
        times = OpTimes.model_validate_json((await host.ask("a", TimesQuestion())).payload)
        structure = Experiment(MOONS).record_iteration().structure
        assert (times.iteration, times.structure_hash) == (0, structure.hash)
        assert len(times.nanoseconds) == len(structure.ops)

    async def test_a_known_structure_is_not_sent_again(self, host: SessionHost) -> None:
        await host.open("a", MOONS)
        await host.send("a", RECORD)
        first = json.loads((await host.ask("a", TapeQuestion())).payload)
        await host.send("a", RECORD)
        known = TapeQuestion(iteration=1, known_structure=first["structure"]["hash"])
        second = json.loads((await host.ask("a", known)).payload)
        assert second["structure"] is None
        assert second["frame"]["iteration"] == 1

    async def test_values_are_the_same_inline_as_text_and_as_bytes(self, host: SessionHost) -> None:
        await host.open("a", MOONS)
        await host.send("a", RECORD)
        inline = json.loads((await host.ask("a", TapeQuestion(values="inline"))).payload)
        weight = next(t for t in inline["structure"]["tensors"] if t["name"] == "fc1.weight")
        named = await host.ask("a", ValuesQuestion(tensor="fc1.weight"))
        numbered = await host.ask("a", ValuesQuestion(tensor=str(weight["id"]), as_blob=True))
        assert json.loads(named.payload)["values"] == weight["values"]
        recording = Experiment(MOONS).record_iteration()
        expected = recording.values(recording.find("fc1.weight"))
        assert numbered.blob == expected.tobytes()
        assert json.loads(numbered.payload)["dtype"] == "float32"
        row = await host.ask("a", ValuesQuestion(tensor="fc1.weight", slice="1,:"))
        assert json.loads(row.payload)["values"] == weight["values"][1]

    async def test_what_is_not_there_is_told_as_such(self, host: SessionHost) -> None:
        await host.open("a", MOONS)
        with pytest.raises(UnknownIteration):
            await host.ask("a", TapeQuestion())
        await host.send("a", RECORD)
        with pytest.raises(UnknownIteration, match="7"):
            await host.ask("a", TapeQuestion(iteration=7))
        with pytest.raises(UnknownTensor, match="fc9"):
            await host.ask("a", ValuesQuestion(tensor="fc9.weight"))
        with pytest.raises(InvalidSlice):
            await host.ask("a", ValuesQuestion(tensor="fc1.weight", slice="0,0,0"))

    async def test_a_run_trains_and_records_as_asked(self, host: SessionHost) -> None:
        spec = small_spec()
        await host.open("a", spec)
        await host.send("a", run_command(35, record_every=10))
        events = await follow(host, "a", is_ready_at(35))
        recorded = [e.event.iteration for e in events if e.event.kind == "recorded"]
        assert recorded == [0, 10, 20, 30, 34]
        state = await host.state("a")
        assert (state.iteration, state.iterations_recorded) == (35, recorded)
        assert state.sequence == events[-1].sequence
        experiment = Experiment(spec)
        for _ in range(35):
            experiment.train_iteration()
        expected = rows_of(experiment.metrics())
        assert rows_of(await metrics_of(host, "a")) == expected
        assert told_rows(events) == expected

    async def test_metrics_can_be_asked_for_from_an_iteration_on(self, host: SessionHost) -> None:
        await host.open("a", small_spec())
        await host.send("a", run_command(20))
        await follow(host, "a", is_ready_at(20))
        answer = await host.ask("a", MetricsQuestion(since=17))
        assert json.loads(answer.payload)["iteration"] == [17, 18, 19]

    async def test_a_replay_holds_the_recorded_iterations_and_all_metrics(
        self, host: SessionHost
    ) -> None:
        await host.open("a", MOONS)
        with pytest.raises(UnknownIteration):
            await host.ask("a", ReplayQuestion())
        await host.send("a", run_command(7, record_every=3))
        await follow(host, "a", until=is_ready_at(7))
        answer = await host.ask("a", ReplayQuestion())
        document = ReplayDocument.model_validate_json(gzip.decompress(answer.blob))
        assert json.loads(answer.payload) == {"name": MOONS.name, "has_curves": True}
        assert [frame.iteration for frame in document.frames] == [0, 3, 6]
        assert document.metrics == await metrics_of(host, "a")
        for frame in document.frames:
            tape = json.loads(
                (await host.ask("a", TapeQuestion(iteration=frame.iteration))).payload
            )
            assert frame.loss == tape["frame"]["loss"]
            assert document.structures[frame.structure_hash].hash == tape["structure"]["hash"]

    async def test_questions_are_answered_while_training_goes_on(self, host: SessionHost) -> None:
        await host.open("a", small_spec())
        await host.send("a", run_command(1_000_000))
        first = len((await metrics_of(host, "a")).iteration)
        while len((await metrics_of(host, "a")).iteration) <= first:
            await asyncio.sleep(0.01)
        assert (await host.state("a")).phase is SessionPhase.RUNNING

    async def test_a_pause_ends_a_run_at_once_with_a_tape(self, host: SessionHost) -> None:
        await host.open("a", small_spec())
        await host.send("a", run_command(1_000_000))
        await follow(host, "a", is_kind("metrics"))
        sequence = await host.send("a", PAUSE)
        await follow(host, "a", is_ready, after=sequence)
        state = await host.state("a")
        assert 0 < state.iteration < 1_000_000
        assert state.iterations_recorded == [state.iteration - 1]
        assert (await metrics_of(host, "a")).iteration[-1] == state.iteration - 1

    async def test_a_pause_ends_the_runs_that_wait_before_it(self, host: SessionHost) -> None:
        await host.open("a", small_spec())
        await host.send("a", run_command(1_000_000))
        await host.send("a", run_command(1_000_000))
        await host.send("a", edit("fc1.weight", (0, 0), 5.0))
        await host.send("a", PAUSE)
        sequence = await host.send("a", RECORD)
        await follow(host, "a", is_ready, after=sequence)
        values = await host.ask("a", ValuesQuestion(tensor="fc1.weight", slice="0,0"))
        assert json.loads(values.payload)["values"] == 5.0
        assert (await host.state("a")).iteration < 1_000_000

    async def test_a_reset_leads_back_to_the_beginning(self, host: SessionHost) -> None:
        spec = small_spec()
        await host.open("a", spec)
        await host.send("a", run_command(1_000_000))
        await host.send("a", RESET)
        await follow(host, "a", is_ready_at(0), after=3)
        assert (await host.state("a")).iterations_recorded == []
        await host.send("a", run_command(5))
        await follow(host, "a", is_ready_at(5))
        experiment = Experiment(spec)
        for _ in range(5):
            experiment.train_iteration()
        assert rows_of(await metrics_of(host, "a")) == rows_of(experiment.metrics())

    async def test_commands_are_carried_out_in_order(self, host: SessionHost) -> None:
        spec = small_spec()
        await host.open("a", spec)
        for command in (
            run_command(12, record_every=4),
            SetCommand(kind="set", optimizer={"lr": 0.5}),
            SeekCommand(kind="seek", iteration=8),
            edit("fc1.weight", (2, 1), -1.25),
            edit("input", (3, 0), 2.5),
            run_command(6),
        ):
            sequence = await host.send("a", command)
        await follow(host, "a", is_ready_at(14), after=sequence)
        experiment = Experiment(spec)
        for iteration in range(12):
            if iteration % 4 == 0 or iteration == 11:
                experiment.record_iteration()
            else:
                experiment.train_iteration()
        experiment.change_regime(optimizer={"lr": 0.5})
        experiment.seek(8)
        experiment.edit("fc1.weight", (2, 1), -1.25)
        experiment.edit("input", (3, 0), 2.5)
        for _ in range(6):
            experiment.train_iteration()
        assert rows_of(await metrics_of(host, "a")) == rows_of(experiment.metrics())
        assert (await host.state("a")).iterations_recorded == [0, 4, 13]

    async def test_a_change_at_once_is_made_in_the_middle_of_a_run(self, host: SessionHost) -> None:
        spec = small_spec()
        await host.open("a", spec)
        await host.send("a", run_command(1_000_000))
        await follow(host, "a", has_trained(20))
        await host.send("a", SetCommand(kind="set", optimizer={"lr": 0.25}, at_once=True))
        await follow(host, "a", has_learning_rate(0.25))
        sequence = await host.send("a", PauseCommand(kind="pause"))
        await follow(host, "a", is_ready, after=sequence)
        metrics = await metrics_of(host, "a")
        expected = rows_of_changed_run(spec, metrics.learning_rate.index(0.25), len(metrics.loss))
        assert rows_of(metrics) == expected
        assert (await host.state("a")).phase is SessionPhase.READY

    async def test_a_change_at_once_that_fails_leaves_the_run_going(
        self, host: SessionHost
    ) -> None:
        await host.open("a", small_spec())
        await host.send("a", run_command(1_000_000))
        await follow(host, "a", has_trained(20))
        change = SetCommand(kind="set", optimizer={"lr": -1.0}, at_once=True)
        sequence = await host.send("a", change)
        events = await follow(host, "a", is_kind("failed"), after=sequence)
        assert events[-1].event.command == "set"
        await follow(host, "a", is_kind("metrics"), after=events[-1].sequence)
        assert (await host.state("a")).phase is SessionPhase.RUNNING

    async def test_a_branch_goes_on_with_the_numbers_of_the_session_it_left(
        self, host: SessionHost
    ) -> None:
        await host.open("a", small_spec())
        await host.send("a", run_command(60, record_every=20))
        await follow(host, "a", is_ready_at(60))
        whole, before = rows_of(await metrics_of(host, "a")), await host.state("a")
        state = await host.branch("b", "a", 20)
        assert (state.id, state.iteration, state.iterations_recorded) == ("b", 20, [0, 20])
        assert state.spec == before.spec
        assert rows_of(await metrics_of(host, "b")) == {n: whole[n] for n in range(21)}
        await host.send("b", run_command(40))
        await follow(host, "b", is_ready_at(60))
        assert rows_of(await metrics_of(host, "b")) == whole
        assert await host.state("a") == before
        assert rows_of(await metrics_of(host, "a")) == whole

    async def test_a_branch_takes_the_hyperparameters_of_its_iteration_and_not_later_ones(
        self, host: SessionHost
    ) -> None:
        await host.open("a", small_spec())
        await host.send("a", RECORD)
        await host.send("a", SetCommand(kind="set", optimizer={"lr": 0.5}))
        sequence = await host.send("a", RECORD)
        await follow(host, "a", is_ready, after=sequence)
        assert (await host.branch("b", "a", 0)).spec == small_spec()
        assert (await host.branch("c", "a")).spec.optimizer.lr == 0.5

    async def test_a_branch_from_what_is_not_there_is_refused_and_nothing_is_kept(
        self, host: SessionHost
    ) -> None:
        with pytest.raises(UnknownSession):
            await host.branch("b", "a")
        await host.open("a", MOONS)
        with pytest.raises(UnknownIteration):
            await host.branch("b", "a", 3)
        with pytest.raises(UnknownSession):
            await host.state("b")
        with pytest.raises(CommandRefused, match="a already"):
            await host.branch("a", "a")

    async def test_a_branch_outlives_the_session_it_left(self, host: SessionHost) -> None:
        await host.open("a", small_spec())
        await host.send("a", run_command(5))
        await follow(host, "a", is_ready_at(5))
        await host.branch("b", "a")
        await host.close("a")
        await host.send("b", run_command(5))
        await follow(host, "b", is_ready_at(10))
        experiment = Experiment(small_spec())
        for _ in range(10):
            experiment.train_iteration()
        assert rows_of(await metrics_of(host, "b")) == rows_of(experiment.metrics())

    async def test_the_state_shows_the_optimizer_as_it_is_now(self, host: SessionHost) -> None:
        await host.open("a", small_spec())
        sequence = await host.send("a", SetCommand(kind="set", optimizer={"lr": 0.25}))
        await follow(host, "a", is_ready, after=sequence)
        assert (await host.state("a")).spec.optimizer.lr == 0.25

    @pytest.mark.parametrize(
        ("command", "code"),
        [
            (edit("fc9.weight", (0, 0), 1.0), "unknown_tensor"),
            (edit("fc1.weight", (600, 0), 1.0), "invalid_slice"),
            (SeekCommand(kind="seek", iteration=3), "unknown_iteration"),
            (SetCommand(kind="set", optimizer={"lr": -1.0}), "out_of_range"),
        ],
    )
    async def test_a_command_that_fails_is_told_and_changes_nothing(
        self, host: SessionHost, command: EditCommand, code: str
    ) -> None:
        before = await host.open("a", small_spec())
        sequence = await host.send("a", command)
        events = await follow(host, "a", is_ready, after=sequence)
        (failed,) = [e.event for e in events if isinstance(e.event, FailedEvent)]
        assert failed.command == command.kind
        assert failed.error["code"] == code
        assert failed.error["message"]
        after = await host.state("a")
        assert after == before.model_copy(update={"sequence": after.sequence})

    async def test_numbers_that_are_not_finite_are_numbers(self, host: SessionHost) -> None:
        await host.open("a", small_spec())
        await host.send("a", edit("fc1.weight", (0, 0), float("nan")))
        sequence = await host.send("a", run_command(3))
        events = await follow(host, "a", is_ready_at(3), after=sequence)
        assert not [e for e in events if e.event.kind == "failed"]
        answer = json.loads((await host.ask("a", MetricsQuestion())).payload)
        assert answer["loss"] == ["NaN"] * 3

    async def test_commands_beyond_the_queue_are_refused_but_a_pause_is_let_in(
        self, host: SessionHost
    ) -> None:
        await host.open("a", TWO_LAYER)
        for _ in range(MAX_QUEUED_COMMANDS):
            await host.send("a", run_command(1_000_000))
        with pytest.raises(Busy, match=str(MAX_QUEUED_COMMANDS)):
            await host.send("a", RECORD)
        sequence = await host.send("a", PAUSE)
        await follow(host, "a", is_ready, after=sequence)
        await host.send("a", RECORD)

    async def test_events_are_numbered_without_gaps_and_replayed_from_anywhere(
        self, host: SessionHost
    ) -> None:
        await host.open("a", small_spec())
        for iteration in range(1, 6):
            await host.send("a", RECORD)
            await follow(host, "a", is_ready_at(iteration))
        events = await follow(host, "a", is_ready_at(5))
        assert [e.sequence for e in events] == list(range(1, len(events) + 1))
        half = events[len(events) // 2].sequence
        assert await follow(host, "a", is_ready_at(5), after=half) == events[half:]

    async def test_a_reader_from_the_future_has_to_fetch_everything_anew(
        self, host: SessionHost
    ) -> None:
        state = await host.open("a", MOONS)
        (event,) = await follow(host, "a", is_kind("resync"), after=1_000)
        assert event.sequence == state.sequence

    async def test_two_sessions_at_once_do_not_mix(self, host: SessionHost) -> None:
        specs = {"a": small_spec(), "b": small_spec(seed=8, optimizer={"kind": "sgd", "lr": 0.1})}
        for session_id, spec in specs.items():
            await host.open(session_id, spec)
        await asyncio.gather(*(host.send(name, run_command(400, 100)) for name in specs))
        for session_id, spec in specs.items():
            events = await follow(host, session_id, is_ready_at(400))
            experiment = Experiment(spec)
            for _ in range(400):
                experiment.train_iteration()
            expected = rows_of(experiment.metrics())
            assert rows_of(await metrics_of(host, session_id)) == expected
            assert told_rows(events) == expected

    async def test_a_deleted_session_is_unknown_and_its_readers_are_done(
        self, host: SessionHost
    ) -> None:
        await host.open("a", MOONS)
        await host.send("a", run_command(1_000_000))
        reader = asyncio.create_task(_read_to_the_end(host, "a"))
        await follow(host, "a", is_kind("metrics"))
        await host.close("a")
        async with asyncio.timeout(60):
            assert await reader > 0
        for attempt in (
            host.state("a"),
            host.send("a", RECORD),
            host.ask("a", TapeQuestion()),
            host.snapshot("a"),
            host.close("a"),
            anext(aiter(host.events("a", 0))),
        ):
            with pytest.raises(UnknownSession):
                await attempt

    async def test_readers_are_limited(self, host: SessionHost) -> None:
        await host.open("a", MOONS)
        readers = [host.events("a", 0) for _ in range(MAX_EVENT_READERS)]
        for reader in readers:
            await anext(reader)
        with pytest.raises(Busy, match=str(MAX_EVENT_READERS)):
            await anext(host.events("a", 0))
        for reader in readers:
            await reader.aclose()
        one_more = host.events("a", 0)
        assert (await anext(one_more)).sequence == 1
        await one_more.aclose()

    async def test_one_recording_without_a_session_is_the_first_of_a_session(
        self, host: SessionHost
    ) -> None:
        alone = await host.record(MOONS, "inline")
        await host.open("a", MOONS)
        await host.send("a", RECORD)
        in_session = await host.ask("a", TapeQuestion(values="inline"))
        assert json.loads(alone.payload) == json.loads(in_session.payload)
        assert alone.blob == (await host.ask("a", BlobQuestion())).blob

    async def test_the_forward_pass_alone_is_what_a_whole_iteration_begins_with(
        self, host: SessionHost
    ) -> None:
        whole = json.loads((await host.record(MOONS, "inline")).payload)["structure"]["tensors"]
        answer = await host.record(MOONS, "inline", forward_only=True)
        tape = json.loads(answer.payload)
        assert tape["frame"]["loss"] is None
        assert {event["kind"] for event in tape["structure"]["events"]} == {"forward_op"}
        numbers = {tensor["name"]: tensor["values"] for tensor in whole if tensor["name"]}
        named = [tensor for tensor in tape["structure"]["tensors"] if tensor["name"]]
        assert len(named) >= 5
        assert all(tensor["values"] == numbers[tensor["name"]] for tensor in named)

    async def test_recordings_at_once_all_come_through(self, host: SessionHost) -> None:
        specs = [small_spec(seed=seed) for seed in range(10)]
        answers = await asyncio.gather(*(host.record(spec, None) for spec in specs))
        losses = [json.loads(answer.payload)["frame"]["loss"] for answer in answers]
        assert len(set(losses)) == 10

    async def test_twenty_sessions_can_be_opened_at_once(self, host: SessionHost) -> None:
        specs = [small_spec(seed=seed) for seed in range(20)]
        states = await asyncio.gather(*(host.open(f"s{spec.seed}", spec) for spec in specs))
        assert [state.spec.seed for state in states] == list(range(20))
        facts = await host.facts()
        assert facts.sessions_live == 20
        assert facts.device == "cpu" or facts.device.startswith(("cuda", "mps"))


async def _read_to_the_end(host: SessionHost, session_id: str) -> int:
    return len([logged async for logged in host.events(session_id, 0)])
