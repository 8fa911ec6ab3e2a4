"""What a spec may contain."""

from fastapi import APIRouter

from gradtape.spec import Catalog, catalog

router = APIRouter(tags=["specs"])


@router.get("/catalog", summary="Every layer, loss, optimizer and data set")
async def get_catalog() -> Catalog:
    """Each with its parameters, their types, defaults and ranges."""
    return catalog()
