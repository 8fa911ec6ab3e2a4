"""What a user may ask for: network, data, loss, optimizer. Plain data, checked, no torch."""

from gradtape.spec.catalog import Catalog, CatalogEntry, CatalogParameter, catalog
from gradtape.spec.examples import Example, examples
from gradtape.spec.experiment import ExperimentSpec, Network
from gradtape.spec.parsing import parse_spec
from gradtape.spec.places import LayerShapes
from gradtape.spec.regime import Regime, change_regime, regime_of
from gradtape.spec.runnable import runnable_part
from gradtape.spec.shapes import infer_shapes

__all__ = [
    "Catalog",
    "CatalogEntry",
    "CatalogParameter",
    "Example",
    "ExperimentSpec",
    "LayerShapes",
    "Network",
    "Regime",
    "catalog",
    "change_regime",
    "examples",
    "infer_shapes",
    "parse_spec",
    "regime_of",
    "runnable_part",
]
