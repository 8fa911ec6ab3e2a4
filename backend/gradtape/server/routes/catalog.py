"""What a spec may contain."""

from fastapi import APIRouter

from gradtape.server.dependencies import ImageSets
from gradtape.spec import Catalog, catalog

router = APIRouter(tags=["specs"])


@router.get("/catalog", summary="Every layer, loss, optimizer and data set")
async def get_catalog(image_sets: ImageSets) -> Catalog:
    """Each with its parameters, their types, defaults and ranges."""
    return catalog(image_sets)
