from gradtape.spec import examples, infer_shapes


def test_the_default_example_is_a_2_8_8_1_network_on_moons() -> None:
    first = next(iter(examples().values()))
    assert (first.key, first.spec.data.kind) == ("moons", "moons")
    linear = [shapes for shapes in infer_shapes(first.spec) if shapes.parameters]
    widths = [linear[0].inputs[0][-1], *(shapes.output[-1] for shapes in linear)]
    assert widths == [2, 8, 8, 1]


def test_the_menu_has_what_every_visitor_should_find() -> None:
    assert list(examples())[:4] == ["moons", "two-layer", "digits-conv", "residual"]


def test_each_example_is_named_and_described_in_a_sentence() -> None:
    for key, example in examples().items():
        assert example.key == example.spec.name == key
        assert example.title
        assert example.description.endswith(".")


def test_the_residual_example_adds_what_was_given() -> None:
    merging = [layer for layer in examples()["residual"].spec.network.layers if layer.kind == "add"]
    assert all(len(layer.inputs) == 2 for layer in merging)
    assert merging


def test_the_convolutional_example_sees_images() -> None:
    kinds = {layer.kind for layer in examples()["digits-conv"].spec.network.layers}
    assert {"conv2d", "max_pool2d"} <= kinds
