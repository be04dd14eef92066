"""The environment: every setting that can be given from outside, read and checked once."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from dam.errors import ConfigError


class Environment(BaseSettings):
    """Settings from `AFTERIMAGE_…` variables (and a `.env` file in the working folder)."""

    model_config = SettingsConfigDict(env_prefix="AFTERIMAGE_", env_file=".env", extra="ignore", frozen=True)

    data: Path = Field(default=Path("data"), description="The one folder that holds all state.")
    host: str = Field(default="127.0.0.1", description="The address that the web server binds.")
    port: int = Field(default=8008, ge=0, le=65535, description="The web server's port; 0 takes a free one.")
    password: str = Field(default="", description="The sign-in password; required off loopback.")
    allowed_hosts: str = Field(default="", description="More host names the pages answer to, with commas.")
    database_url: str = Field(default="", description="postgresql://… for more than one machine.")
    broker_url: str = Field(default="", description="redis://… or amqp://…; empty: no broker is needed.")
    pack: str = Field(default="", description="The model pack; empty: the one chosen with `models use`.")
    offline: bool = Field(default=False, description="Never ask a model hub.")
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(default="auto", description="Where models run.")
    decoders: int = Field(default=0, ge=0, le=64, description="Decoder children; 0: one per core.")
    decoder_memory_mb: int = Field(default=2048, ge=256, description="Memory limit of a decoder child.")
    max_megapixels: int = Field(default=250, ge=1, description="Pictures larger than this are refused.")
    rescan_s: int = Field(default=300, ge=1, description="Seconds between rescans of every library.")
    settle_s: float = Field(default=1.0, ge=0, description="A file is taken when it has not grown this long.")
    lease_s: int = Field(default=60, ge=2, description="A dead worker's work is taken over after this long.")
    debug: bool = Field(default=False, description="Django's debug pages; never on a network.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")


@cache
def environment() -> Environment:
    """Return the process's settings. Raises ConfigError naming the variable that can't be used."""
    try:
        return Environment()
    except ValidationError as error:
        problems = "; ".join(
            f"AFTERIMAGE_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}"
            for item in error.errors()
        )
        raise ConfigError(f"The settings can't be used: {problems}") from error
