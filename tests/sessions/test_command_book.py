"""What the next process has to do."""

from gradtape.sessions.command_book import MAX_DEATHS, CommandBook
from gradtape.sessions.messages import Command, PauseCommand, RecordCommand, RunCommand, SetCommand
from gradtape.sessions.protocol import Done, SnapshotTaken
from gradtape.spec import examples
from gradtape.spec.regime import regime_of
from gradtape.store.session_store import StoredCommand

RUN = RunCommand(kind="run", iterations=100)
RECORD = RecordCommand(kind="record")
PAUSE = PauseCommand(kind="pause")
SET = SetCommand(kind="set", optimizer={"lr": 0.5}, at_once=True)


def done(number: int, iteration: int, *, failed: bool = False) -> Done:
    regime = regime_of(examples()["moons"].spec)
    return Done(number=number, iteration=iteration, failed=failed, regime=regime)


def taken(covers: int, *, run: int | None = None, until: int | None = None) -> SnapshotTaken:
    return SnapshotTaken(iteration=0, covers=covers, run=run, until=until, requested=False)


def book_of(*commands: Command) -> CommandBook:
    book = CommandBook()
    for command in commands:
        book.add(book.take_number(), command)
    return book


def resent(book: CommandBook) -> list[tuple[int, int | None]]:
    return [(entry.number, entry.until) for entry in book.begin_anew()]


def test_numbers_go_on_after_those_that_are_stored() -> None:
    stored = [StoredCommand(7, RUN.model_dump_json(), until=50)]
    book = CommandBook(stored, covers=6)
    assert resent(book) == [(7, 50)]
    assert book.take_number() == 8
    assert CommandBook(covers=9).take_number() == 10


def test_what_is_done_is_done_again_until_a_snapshot_holds_it() -> None:
    book = book_of(RECORD, RECORD)
    book.finish(done(1, 1))
    assert book.waiting == 1
    assert resent(book) == [(1, None), (2, None)]
    assert book.waiting == 2
    book.cover(taken(1))
    assert resent(book) == [(2, None)]


def test_a_run_that_was_paused_ends_there_again() -> None:
    book = book_of(RUN, PAUSE, RECORD)
    book.finish(done(1, 42))
    book.finish(done(2, 42))
    # Without the pause itself, which would end the run even earlier.
    assert resent(book) == [(1, 42), (3, None)]


def test_a_change_in_the_middle_of_a_run_is_made_there_again() -> None:
    book = book_of(RUN, SET)
    book.begin(1)
    book.finish(done(2, 42).model_copy(update={"meanwhile": True}))
    assert book.waiting == 1
    assert resent(book) == [(1, None), (2, 42)]
    book.finish(done(2, 57).model_copy(update={"meanwhile": True}))
    assert resent(book) == [(1, None), (2, 42)]


def test_a_process_that_ends_after_such_a_change_ended_over_the_run() -> None:
    book = book_of(RUN, SET)
    for death in range(1, MAX_DEATHS + 1):
        book.begin_anew()
        book.begin(1)
        book.finish(done(2, 42).model_copy(update={"meanwhile": True}))
        dropped = book.note_death()
        assert (dropped is not None) == (death == MAX_DEATHS)
    assert resent(book) == [(2, 42)]


def test_a_run_that_failed_goes_as_far_as_it_went() -> None:
    book = book_of(RUN)
    book.finish(done(1, 13, failed=True))
    assert resent(book) == [(1, 13)]


def test_a_command_that_failed_is_not_done_again() -> None:
    book = book_of(RECORD, RUN)
    assert book.finish(done(1, 0, failed=True)) is None
    assert resent(book) == [(2, None)]


def test_a_run_that_a_snapshot_caught_half_way_has_the_rest_to_do() -> None:
    book = book_of(RECORD, RUN)
    book.finish(done(1, 1))
    book.cover(taken(1, run=2, until=101))
    assert resent(book) == [(2, 101)]


def test_a_command_at_which_process_after_process_ends_is_dropped() -> None:
    book = book_of(RECORD, RUN, RECORD)
    for death in range(1, MAX_DEATHS + 1):
        book.begin_anew()
        book.begin(1)
        book.finish(done(1, 1))
        book.begin(2)
        dropped = book.note_death()
        assert (dropped is not None) == (death == MAX_DEATHS)
    assert resent(book) == [(1, None), (3, None)]


def test_deaths_with_progress_in_between_are_not_counted_together() -> None:
    book = book_of(RUN)
    for _ in range(3 * MAX_DEATHS):
        book.begin_anew()
        book.begin(1)
        book.cover(taken(0, run=1, until=100))
        assert book.note_death() is None
    assert book.waiting == 1


def test_deaths_between_commands_are_nobodys_fault() -> None:
    book = book_of()
    for _ in range(3 * MAX_DEATHS):
        assert book.note_death() is None
