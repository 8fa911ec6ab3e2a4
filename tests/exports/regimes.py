"""Ways to train for exported programs and whole experiments: every kind, and what goes with it."""

from typing import Any

from tests.exports.script_cases import IMAGES, Raw, spec

NETWORK: tuple[Raw, ...] = ({"kind": "linear", "name": "fc1", "out_features": 6}, {"kind": "tanh"})
BLOBS: Raw = {
    "data": {"kind": "blobs", "samples": 20, "spread": 2.0},
    "network": {
        "layers": [
            {"kind": "linear", "name": "fc1", "out_features": 6},
            {"kind": "dropout", "p": 0.2},
            {"kind": "linear", "name": "out", "out_features": 3},
        ]
    },
    "loss": {"kind": "cross_entropy"},
    "optimizer": {"kind": "adam", "lr": 0.05},
}


def regime(**parts: Any) -> Raw:
    """A small regression with mini-batches of 4 of 10 samples: three iterations an epoch."""
    return spec(*NETWORK, batch_size=4, **parts)


def optimized(kind: str, **options: Any) -> Raw:
    return regime(optimizer={"kind": kind, **options})


def scheduled(kind: str, *, optimizer: Raw | None = None, **options: Any) -> Raw:
    chosen = optimizer or {"kind": "sgd", "lr": 0.1, "momentum": 0.5}
    return regime(schedule={"kind": kind, **options}, optimizer=chosen)


def image_regime(**parts: Any) -> Raw:
    layers = [{"kind": "conv2d", "out_channels": 3, "kernel_size": 3}, {"kind": "flatten"}]
    return spec(*layers, data=IMAGES, batch_size=4, **parts)


OPTIMIZERS: dict[str, Raw] = {
    "sgd": optimized("sgd", lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": optimized("adam", lr=0.02, amsgrad=True),
    "adamw": optimized("adamw", lr=0.02),
    "rmsprop": optimized("rmsprop", momentum=0.5, centered=True),
    "adagrad": optimized("adagrad", lr=0.05, lr_decay=0.1),
    "adamax": optimized("adamax", lr=0.02, weight_decay=0.01),
    "nadam": optimized("nadam", lr=0.02),
    "nadam, decay apart": optimized(
        "nadam", lr=0.02, weight_decay=0.1, decoupled_weight_decay=True
    ),
    "radam": optimized("radam", lr=0.05, weight_decay=0.01),
    "sgd by hand": optimized("sgd_by_hand", lr=0.05),
    "lbfgs": optimized("lbfgs", lr=0.1, max_iter=4, history_size=5),
    "lbfgs with line search": optimized("lbfgs", max_iter=3, line_search_fn="strong_wolfe"),
}

SCHEDULES: dict[str, Raw] = {
    "steps": scheduled("step", step_size=2, gamma=0.5),
    "steps per iteration": scheduled("step", step_size=3, gamma=0.5, per="iteration"),
    "milestones": scheduled("multi_step", milestones=[2, 5], gamma=0.3),
    "exponential": scheduled("exponential", gamma=0.8),
    "exponential per iteration": scheduled("exponential", per="iteration"),
    "cosine": scheduled("cosine", T_max=4, eta_min=0.01),
    "cosine per iteration": scheduled("cosine", T_max=10, per="iteration"),
    "warm restarts": scheduled("warm_restarts", T_0=2, T_mult=2, eta_min=1e-3),
    "one cycle": scheduled("one_cycle", max_lr=0.2, total_steps=20),
    "one cycle of adam": scheduled(
        "one_cycle",
        total_steps=30,
        three_phase=True,
        anneal_strategy="linear",
        optimizer={"kind": "adam"},
    ),
    "one cycle without momentum": scheduled(
        "one_cycle", total_steps=8, per="epoch", cycle_momentum=False, optimizer={"kind": "adagrad"}
    ),
    "plateau": scheduled("plateau", patience=0, factor=0.5, threshold=0.2),
    "plateau of iterations": scheduled("plateau", patience=1, per="iteration", cooldown=2),
    "plateau of validation": regime(
        schedule={"kind": "plateau", "watch": "validation", "patience": 0, "threshold": 0.3},
        validation={"share": 0.3, "every": 2},
    ),
    "linear warm-up": scheduled("linear_warmup", total_iters=4, start_factor=0.1),
}

OTHERS: dict[str, Raw] = {
    "l1": regime(regularization={"l1": 0.01}),
    "clipping by norm": regime(regularization={"max_norm": 0.5}),
    "clipping by another norm": regime(regularization={"max_norm": 0.5, "norm_type": 1.0}),
    "clipping by value": regime(regularization={"clip_value": 0.05}),
    "clipping by both": regime(
        regularization={"clip_value": 0.3, "max_norm": 0.4, "l1": 0.001},
        optimizer={"kind": "adamw", "lr": 0.01},
        schedule={"kind": "cosine", "T_max": 4},
    ),
    "batches in order": regime(shuffle=False),
    "validation": {**BLOBS, "validation": {"share": 0.25, "every": 3}, "batch_size": 6},
    "bfloat16": {**BLOBS, "autocast": "bfloat16", "batch_size": 6, "regularization": {"l1": 1e-3}},
    "bfloat16 of images": image_regime(autocast="bfloat16", optimizer={"kind": "adam"}),
    "float64": regime(dtype="float64", regularization={"max_norm": 0.5}),
    "noise": regime(augmentation={"noise": 0.3}),
    "moved and mirrored": image_regime(augmentation={"shift": 2, "flip": 0.5, "noise": 0.1}),
    "mirrored, the whole set": {
        **image_regime(augmentation={"flip": 1.0}, optimizer={"kind": "sgd_by_hand", "lr": 0.01}),
        "batch_size": None,
    },
    "one norm of everything": {
        **BLOBS,
        "augmentation": {"noise": 0.1},
        "validation": {"share": 0.2, "every": 4},
        "batch_size": 5,
        "schedule": {"kind": "warm_restarts", "T_0": 3, "per": "iteration"},
        "regularization": {"l1": 1e-3, "max_norm": 1.0},
        "autocast": "bfloat16",
    },
}

REGIMES: dict[str, Raw] = {**OPTIMIZERS, **SCHEDULES, **OTHERS}
