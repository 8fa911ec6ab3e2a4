"""Liveness and versions."""

import platform

from fastapi import APIRouter

import gradtape
from gradtape.server.dependencies import HostDependency
from gradtape.server.models import Health, Versions

router = APIRouter(tags=["server"])


@router.get("/health", summary="Liveness and versions")
async def get_health(host: HostDependency) -> Health:
    """Answers once sessions can be opened: a second or two after the start."""
    facts = await host.facts()
    versions = Versions(
        gradtape=gradtape.__version__, python=platform.python_version(), torch=facts.torch
    )
    return Health(versions=versions, device=facts.device, sessions_live=facts.sessions_live)
