"""`record(model, every=n)`: a training loop, of which some iterations are recorded."""

import pytest
import torch
from torch import nn
from torch.optim import LBFGS, SGD, Adam, optimizer

import gradtape
from gradtape.errors import InvalidRecording
from tests.library.networks import Training, bits


def test_every_third_iteration_is_recorded_and_is_that_of_a_plain_run() -> None:
    recorded, plain = Training(), Training()
    with gradtape.record(recorded.network, every=3) as tape:
        for _ in range(8):
            recorded.step()
    assert tape.iterations == [0, 3, 6]
    for iteration in range(8):
        before = {name: bits(each) for name, each in plain.network.named_parameters()}
        plain.step()
        if iteration in tape.iterations:
            assert tape.losses[iteration] == plain.losses[iteration]
            for name, parameter in plain.network.named_parameters():
                assert bits(tape.value(name, iteration=iteration)) == before[name]
                assert bits(tape.gradient(name, iteration=iteration)) == bits(parameter.grad)
    assert recorded.losses == plain.losses
    assert recorded.hooks_left() == 0


def test_iterations_that_run_alike_share_their_structure() -> None:
    training = Training()
    with gradtape.record(training.network, every=2) as tape:
        for _ in range(9):
            training.step()
    # The first step makes the momentum buffers, as no later one does.
    first, *later = [tape.recording(number).built for number in tape.iterations]
    assert len({id(built) for built in later}) == 1
    assert first is not later[0]


def test_each_iteration_has_its_update() -> None:
    training = Training()
    with gradtape.record(training.network, every=1) as tape:
        training.step()
        training.step()
    weight = tape.recording(0).find("0.weight")
    updated = next(
        each.id
        for each in tape.recording(0).structure.tensors
        if each.role == "updated" and each.of == weight
    )
    assert bits(tape.value(updated, iteration=0)) == bits(tape.value("0.weight", iteration=1))


def test_without_an_optimizer_the_loop_says_where_an_iteration_ends() -> None:
    w = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    expected = []
    with gradtape.record(every=2) as tape:
        for _ in range(5):
            loss = (w - 3) ** 2
            loss.backward()
            expected.append((w.item(), w.grad.item()))
            with torch.no_grad():
                w -= 0.1 * w.grad
                w.grad = None
            tape.end_iteration()
    assert tape.iterations == [0, 2, 4]
    got = [(tape.value("loss", iteration=i).item(), tape.loss) for i in (0,)]
    assert got[0][0] == 4  # (1 − 3)²
    for number in tape.iterations:
        value, gradient = expected[number]
        assert tape.losses[number] == (value - 3) ** 2
        subtraction = tape.recording(number).structure.ops[0]
        assert tape.value(subtraction.operands[0], iteration=number).item() == value
        assert tape.gradient(subtraction.operands[0], iteration=number).item() == gradient
    assert len({tape.recording(number).built.hash for number in (2, 4)}) == 1


def test_only_the_optimizer_that_steps_here_is_hooked_while_the_block_lasts() -> None:
    training, beside = Training(), Training()
    with gradtape.record(training.network, every=1):
        training.step()
        assert training.hooks_left() > 0
        assert beside.hooks_left() == 0
        assert not optimizer._global_optimizer_pre_hooks
        assert not optimizer._global_optimizer_post_hooks
    assert training.hooks_left() == 0


def test_what_runs_after_the_last_iteration_is_none() -> None:
    training = Training()
    with gradtape.record(training.network, every=1) as tape:
        training.step()
        training.network(training.x)
    assert tape.iterations == [0]


def test_a_loop_that_is_cut_short_keeps_what_ran() -> None:
    training = Training()
    with (
        pytest.raises(ValueError, match="stop"),
        gradtape.record(training.network, every=1) as tape,
    ):
        training.step()
        training.network(training.x)
        raise ValueError("stop")
    assert tape.iterations == [0, 1]
    assert tape.losses[1] is None
    assert training.hooks_left() == 0


def test_a_loop_in_which_no_iteration_ends_is_an_error_that_says_so() -> None:
    with pytest.raises(InvalidRecording, match="no optimizer stepped"), gradtape.record(every=2):
        torch.ones(2) + 1


def test_the_end_of_an_iteration_belongs_into_a_loop_that_is_being_recorded() -> None:
    with gradtape.record() as tape:
        torch.ones(1) + 1
        with pytest.raises(InvalidRecording, match=r"record\(every=…\)"):
            tape.end_iteration()
    with pytest.raises(InvalidRecording):
        tape.end_iteration()


def test_an_optimizer_made_in_the_loop_and_one_that_replaces_it_are_followed() -> None:
    training = Training()
    with gradtape.record(training.network, every=1) as tape:
        training.step()
        training.optimizer = Adam(training.network.parameters())
        training.step()
        training.step()
    assert tape.iterations == [0, 1, 2]
    names = [
        {op.name for op in tape.recording(i).structure.ops if op.phase == "update"} for i in (0, 2)
    ]
    assert names[0] != names[1]


def test_a_schedule_of_learning_rates_steps_as_usual() -> None:
    training, plain = Training(), Training()
    for each in (training, plain):
        each.schedule = torch.optim.lr_scheduler.ExponentialLR(each.optimizer, 0.5)
    with gradtape.record(training.network, every=2) as tape:
        for _ in range(4):
            training.step()
            training.schedule.step()
    for _ in range(4):
        plain.step()
        plain.schedule.step()
    assert training.losses == plain.losses
    assert tape.iterations == [0, 2]


def test_a_step_that_runs_the_model_itself_is_one_iteration() -> None:
    training, plain = Training(), Training()
    for each in (training, plain):
        each.optimizer = LBFGS(each.network.parameters(), lr=0.1, max_iter=3)

    def step(each: Training) -> None:
        def closure() -> torch.Tensor:
            each.optimizer.zero_grad()
            loss = nn.functional.mse_loss(each.network(each.x), each.y)
            loss.backward()
            return loss

        each.losses.append(each.optimizer.step(closure).item())

    with gradtape.record(training.network, every=1) as tape:
        step(training)
        step(training)
    step(plain)
    step(plain)
    assert training.losses == plain.losses
    assert tape.iterations == [0, 1]


def test_gradients_accumulate_until_the_optimizer_steps() -> None:
    w = nn.Parameter(torch.tensor(2.0, dtype=torch.float64))
    sgd = SGD([w], lr=0.1)
    with gradtape.record(every=1) as tape:
        for factor in (3.0, 5.0):
            (w * factor).backward()
        sgd.step()
    assert tape.iterations == [0]
    assert tape.gradient("w").item() == 8
    assert w.item() == pytest.approx(2 - 0.1 * 8)


def test_of_two_optimizers_the_one_that_is_named_ends_the_iteration() -> None:
    critic, maker = nn.Linear(2, 1), nn.Linear(2, 2)
    critic_steps, maker_steps = (SGD(each.parameters(), lr=0.1) for each in (critic, maker))
    with gradtape.record(every=2, optimizer=maker_steps) as tape:
        for _ in range(3):
            critic(maker(torch.ones(4, 2)).detach()).sum().backward()
            critic_steps.step()
            critic(maker(torch.ones(4, 2))).sum().backward()
            maker_steps.step()
    assert tape.iterations == [0, 2]
    updates = [event for event in tape.recording(2).structure.events if event.kind == "update"]
    assert len(updates) == 4  # weight and bias of both
    assert not maker_steps._optimizer_step_post_hooks


def test_an_optimizer_that_can_end_no_iteration_is_refused() -> None:
    optimizer = SGD([torch.ones(1, requires_grad=True)])
    with pytest.raises(InvalidRecording, match="goes with every"):
        gradtape.record(optimizer=optimizer)
    with pytest.raises(InvalidRecording, match="goes with every"):
        gradtape.record(every=1, optimizer="adam")  # type: ignore[arg-type]
