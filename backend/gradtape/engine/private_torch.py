"""The private torch calls that recording rests on, all in one place.

They were checked on torch 2.11 to 2.13. `check` fails loudly on a version where one of them no
longer means what it did; a test calls it.
"""

import sys
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import torch
from torch.optim import Optimizer
from torch.overrides import _get_current_function_mode_stack
from torch.utils._python_dispatch import TorchDispatchMode, _get_current_dispatch_mode_stack
from torch.utils.hooks import RemovableHandle

from gradtape.errors import UnsupportedTorch


class DispatchMode(TorchDispatchMode):
    """Sees every op that is dispatched in this thread, below autograd."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Else torch wraps each call of __torch_dispatch__ to hide it from its compiler: a third of
        # the cost of watching an op. An iteration that is recorded is not compiled.
        return False


@lru_cache(maxsize=1)
def hide_from_compiler() -> None:
    """Keep torch's compiler from compiling what watches a compiled function, and warning of it.

    To be called where the compiler is loaded: loading it takes a second.
    """
    trace_rules = sys.modules["torch._dynamo"].trace_rules
    trace_rules.add(__name__.rpartition(".")[0])


# The number that the next autograd node made in this thread will get.
next_node_number = torch._C._autograd._get_sequence_nr  # pyright: ignore[reportAttributeAccessIssue]

# The node whose backward function is running in this thread, or None.
running_node = torch._C._current_autograd_node  # pyright: ignore[reportAttributeAccessIssue]


# Whether a tensor is one of torch.func's, around another one of ours.
is_wrapped = torch._C._functorch.is_functorch_wrapped_tensor  # pyright: ignore[reportAttributeAccessIssue]


# L2 norms of a list of tensors in one call: an order of magnitude cheaper than one by one.
l2_norms = torch._foreach_norm  # pyright: ignore[reportPrivateImportUsage]

# Writing a list of tensors over another, and taking it away from another, likewise.
copy_into = torch._foreach_copy_  # pyright: ignore[reportPrivateImportUsage]
subtract_from = torch._foreach_sub_  # pyright: ignore[reportPrivateImportUsage]


def count_parameters_anew(optimizer: Optimizer) -> None:
    """Tell an optimizer that its list of parameters has changed: L-BFGS counts numbers once."""
    if isinstance(optimizer, torch.optim.LBFGS):
        optimizer._numel_cache = None


# A block whose ops no mode of this thread sees.
watched_by_none = torch._C._DisableTorchDispatch  # pyright: ignore[reportAttributeAccessIssue]


# A block whose ops make no autograd nodes, whether gradients are on or off.
below_autograd = torch._C._AutoDispatchBelowAutograd  # pyright: ignore[reportAttributeAccessIssue]


def node_number(node: Any) -> int:
    """The number a node got when it was made; AccumulateGrad has the largest there is."""
    return node._sequence_nr()


def node_name(node: Any) -> str:
    """A node's name without its C++ namespace: `AddmmBackward0`."""
    return node.name().removeprefix("torch::autograd::")


def put_before_hooks(node: Any, hook: Callable[[Any], None]) -> RemovableHandle | None:
    """Call a hook before those that already stand before a node; None if there are none."""
    handle = node.register_prehook(hook)
    hooks = handle.hooks_dict_ref()
    if len(hooks) == 1:
        handle.remove()
        return None
    for key in [key for key in hooks if key != handle.id]:
        hooks[key] = hooks.pop(key)  # torch goes by the order in which they came in
    return handle


# The hooks that what nodes save passes through here, or None: reading it would run them. So it is
# with checkpointing, whose hooks compute the forward pass again, and only once.
saving_hooks = partial(
    torch._C._autograd._top_saved_tensors_default_hooks,  # pyright: ignore[reportAttributeAccessIssue]
    True,
)


@lru_cache(maxsize=512)
def names_of_saved(kind: type) -> tuple[str, ...]:
    """The attributes of a kind of node that hold the tensors it saved."""
    # Beside each of them stands the unpacked form's raw twin; sizes and numbers have none.
    return tuple(
        name for name in dir(kind) if name.startswith("_saved_") and f"_raw{name}" in dir(kind)
    )


STEP_MARKER = "Optimizer.step#"  # how the profiler's marker around every optimizer's step begins


def stepping_optimizer() -> Optimizer | None:
    """The optimizer that sets the marker of its step; to be called while the marker is an op.

    The public hooks for all optimizers would do, were they not called in every thread: where there
    are two, taking one off can break a step that another thread is in the middle of.
    """
    step_file = Optimizer.step.__code__.co_filename
    frame = sys._getframe().f_back
    while frame is not None:  # every mode that is on adds some frames in between
        if frame.f_code.co_filename == step_file:
            found = frame.f_locals.get("self")
            return found if isinstance(found, Optimizer) else None
        frame = frame.f_back
    return None


def step_unannounced(optimizer: Optimizer) -> None:
    """An optimizer's step, of which neither profilers nor hooks are told.

    Torch tells also where none listens: that takes 6 µs, a third of the step of a small network.
    """
    step: Any = type(optimizer).step
    if "step" in vars(optimizer) or not getattr(step, "hooked", False):
        optimizer.step()  # a scheduler counts its steps, or torch announces them otherwise
    else:
        step.__wrapped__(optimizer)


def innermost_modes() -> tuple[Any, Any]:
    """The modes that see function calls and ops of this thread first; None where there is none."""
    functions, ops = _get_current_function_mode_stack(), _get_current_dispatch_mode_stack()
    return (functions[-1] if functions else None, ops[-1] if ops else None)


class _FirstOp(DispatchMode):
    """Notes the number of the newest node when the first op runs."""

    def __init__(self) -> None:
        super().__init__()
        self.number: int | None = None

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self.number is None:
            self.number = next_node_number() - 1
        return func(*args, **(kwargs or {}))


def check() -> None:
    """Raise UnsupportedTorch unless a node's number and the running node are still told."""
    leaf = torch.ones(2, requires_grad=True)
    with _FirstOp() as mode:
        result = leaf * leaf
    seen: list[Any] = []
    result.register_hook(lambda _gradient: seen.append(running_node()))
    result.sum().backward()
    if mode.number != node_number(result.grad_fn):
        raise UnsupportedTorch(f"torch {torch.__version__} does not number autograd nodes as known")
    if running_node() is not None:
        raise UnsupportedTorch(f"torch {torch.__version__} does not tell which node is running")
