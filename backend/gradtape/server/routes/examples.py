"""Named specs."""

from fastapi import APIRouter

from gradtape.spec import Example, examples

router = APIRouter(tags=["specs"])


@router.get("/examples", summary="Named specs; the first one is the page's default")
async def get_examples() -> list[Example]:
    """Any of them opens a session by its key."""
    return list(examples().values())
