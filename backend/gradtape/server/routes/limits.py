"""Every limit, told."""

from fastapi import APIRouter

from gradtape.server.limits_table import build_limits_table
from gradtape.server.models import Limit

router = APIRouter(tags=["server"])


@router.get("/limits", summary="Every limit with its unit and reason")
async def get_limits() -> dict[str, Limit]:
    """A request that asks for more is answered by the error `limit_exceeded`, which names one."""
    return build_limits_table()
