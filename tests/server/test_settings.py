"""Settings from the environment, and what follows from them."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from gradtape.server.settings import Settings


def test_by_default_only_this_machine_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADTAPE_HOST", raising=False)
    settings = Settings()
    assert settings.is_loopback_only
    assert settings.host_names == {"localhost", "127.0.0.1", "::1"}


def test_the_environment_sets_what_arguments_do_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GRADTAPE_PORT", "9100")
    monkeypatch.setenv("GRADTAPE_DATA", "/somewhere")
    monkeypatch.setenv("GRADTAPE_ALLOWED_HOSTS", "Tape.Example, localhost,")
    monkeypatch.setenv("GRADTAPE_IMAGES", str(tmp_path))
    settings = Settings()
    assert settings.images == tmp_path
    assert settings.port == 9100
    assert settings.data == Path("/somewhere")
    assert settings.allowed_hosts == ("tape.example", "localhost")
    assert Settings(port=1).port == 1


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])  # noqa: S104
def test_listening_everywhere_does_not_let_every_name_in(address: str) -> None:
    settings = Settings(host=address)
    assert not settings.is_loopback_only
    assert address not in settings.host_names
    assert settings.url == "http://127.0.0.1:8000"


def test_an_address_that_is_listened_on_is_a_name_too() -> None:
    assert "192.168.1.5" in Settings(host="192.168.1.5").host_names


@pytest.mark.parametrize(
    ("address", "url"),
    [("localhost", "http://localhost:8000"), ("::1", "http://[::1]:8000")],
)
def test_the_url_can_be_opened(address: str, url: str) -> None:
    assert Settings(host=address).url == url
    assert Settings(host=address).is_loopback_only


def test_the_data_folder_is_where_the_system_keeps_such_things(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GRADTAPE_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/data/home")
    assert Settings().data == Path("/data/home/gradtape")


def test_a_port_out_of_range_is_refused() -> None:
    with pytest.raises(ValidationError):
        Settings(port=70_000)


def test_a_folder_of_images_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="images"):
        Settings(images=tmp_path / "nowhere")
