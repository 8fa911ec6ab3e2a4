"""What the zygote goes through before it forks."""

import pytest

from gradtape.sessions import rehearsal
from gradtape.sessions.protocol import FromChild, Told
from gradtape.sessions.rehearsal import RehearsalWire, rehearse
from gradtape.spec import examples


@pytest.mark.parametrize("key", examples())
def test_every_step_of_a_session_is_rehearsed_and_none_fails(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[FromChild] = []

    class ListeningWire(RehearsalWire):
        def send(self, message: FromChild, attachment: bytes = b"") -> None:
            said.append(message)
            super().send(message, attachment)

    monkeypatch.setattr(rehearsal, "RehearsalWire", ListeningWire)
    rehearse(examples()[key].spec)
    kinds = {message.kind for message in said}
    assert kinds == {"opened", "began", "done", "told", "snapshot_taken", "answered"}
    told = {message.event.kind for message in said if isinstance(message, Told)}
    assert told == {"state", "recorded", "metrics"}
