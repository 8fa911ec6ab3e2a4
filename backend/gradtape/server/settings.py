"""How one server is set up: from arguments, else from GRADTAPE_… in the environment."""

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import DirectoryPath, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


def default_data_folder() -> Path:
    """The folder of this user's sessions, where the system keeps such things."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "gradtape"


class Settings(BaseSettings):
    """Where the server listens, under which names, and where it keeps sessions."""

    model_config = SettingsConfigDict(env_prefix="GRADTAPE_", frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="0 takes any free port.")
    data: Path = Field(default_factory=default_data_folder, description="Folder of the sessions.")
    images: DirectoryPath | None = Field(
        default=None, description="Folder of image sets in MNIST's format, one folder each."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=LOOPBACK_NAMES, description="Host names it answers to; comma-separated."
    )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split_names(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(name.strip().lower() for name in value.split(",") if name.strip())

    @property
    def host_names(self) -> frozenset[str]:
        """Every name that a request's Host header may carry."""
        return frozenset(self.allowed_hosts) | {self.host.lower()} - {"0.0.0.0", "::"}  # noqa: S104

    @property
    def is_loopback_only(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """The address to open in a browser on this machine."""
        name = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://[{name}]:{self.port}" if ":" in name else f"http://{name}:{self.port}"
