"""When snapshots are taken."""

from gradtape.sessions.snapshot_schedule import COST_FACTOR, SnapshotSchedule


def test_nothing_is_due_while_nothing_has_changed() -> None:
    schedule = SnapshotSchedule(1.0, now=0.0)
    assert schedule.seconds_until_due(100.0, training=True) is None


def test_while_training_one_is_due_after_the_interval() -> None:
    schedule = SnapshotSchedule(1.0, now=10.0)
    schedule.note_change()
    assert schedule.seconds_until_due(10.25, training=True) == 0.75
    assert schedule.seconds_until_due(12.0, training=True) == 0.0


def test_after_a_command_one_is_due_at_once() -> None:
    schedule = SnapshotSchedule(1.0, now=10.0)
    schedule.note_change()
    assert schedule.seconds_until_due(10.0, training=False) == 0.0


def test_none_is_due_before_the_last_one_is_stored() -> None:
    schedule = SnapshotSchedule(1.0, now=0.0)
    schedule.note_change()
    schedule.begin(1.0)
    schedule.note_change()
    assert schedule.seconds_until_due(50.0, training=True) is None
    schedule.finish(50.0)
    assert schedule.seconds_until_due(50.0, training=True) is not None


def test_a_snapshot_that_takes_long_is_taken_rarely() -> None:
    schedule = SnapshotSchedule(1.0, now=0.0)
    schedule.note_change()
    schedule.begin(1.0)
    schedule.finish(1.5)
    schedule.note_change()
    pause = COST_FACTOR * 0.5
    assert schedule.seconds_until_due(1.5, training=True) == pause
    assert schedule.seconds_until_due(1.5 + pause, training=False) == 0.0


def test_a_change_while_one_is_taken_is_in_the_next() -> None:
    schedule = SnapshotSchedule(0.0, now=0.0)
    schedule.note_change()
    schedule.begin(0.0)
    schedule.finish(0.0)
    assert schedule.seconds_until_due(9.0, training=False) is None
    schedule.note_change()
    assert schedule.seconds_until_due(9.0, training=False) == 0.0
