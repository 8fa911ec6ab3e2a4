"""Whether a data set's targets suit the loss, and the network's output suits the targets."""

from gradtape.errors import GradtapeError
from gradtape.spec.csv_data import CsvData
from gradtape.spec.data import AnyData, InlineData, RandomData
from gradtape.spec.draft import Draft
from gradtape.spec.inline_values import index_of, numbers_of, shape_of
from gradtape.spec.losses import AnyLoss
from gradtape.spec.outputs import loss_problem, problems_of_last_layer, problems_of_output
from gradtape.spec.shapes import NetworkShapes
from gradtape.spec.target_form import NUMBER_LOSSES, PROBABILITY_LOSSES, says_symbols_only
from gradtape.spec.wording import describe_value, make_problem, quote

LARGEST_SUM_ERROR = 1e-4  # of probabilities that are written with a few digits


def check_targets(draft: Draft, shapes: NetworkShapes) -> list[GradtapeError]:
    """The data's targets suit the loss, and the network's output suits the targets."""
    data, loss = draft.data, draft.loss
    if data is None or loss is None:
        return []
    problems = _problems_of_numbers(data, loss)
    if not problems and draft.layers:
        problems.extend(problems_of_output(draft, shapes, data, loss))
    if draft.layers:
        problems.extend(problems_of_last_layer(draft, loss))
    return problems


def _problems_of_numbers(data: AnyData, loss: AnyLoss) -> list[GradtapeError]:
    if isinstance(data, InlineData):
        return _inline_problems(data, loss)
    if loss.kind == "ctc" and not says_symbols_only(data, loss):
        message = (
            f"ctc needs a sequence of class numbers above 0, the blank; {data.kind} gives none. "
            'Use the data set sequences, or "cross_entropy".'
        )
        return [loss_problem(message, suggestion="cross_entropy")]
    if isinstance(data, RandomData) or data.class_count is not None:
        return []
    if loss.kind in NUMBER_LOSSES:
        return []
    return [_problem_of_any_number(data, loss)]


def _problem_of_any_number(data: AnyData, loss: AnyLoss) -> GradtapeError:
    wanted = "targets between 0 and 1" if loss.kind in PROBABILITY_LOSSES else "class numbers"
    if isinstance(data, CsvData):
        column = data.target_column.name
        message = (
            f"{loss.kind} needs {wanted}, but the target column {quote(column)} holds any number. "
            f'Did you mean "mse", or {quote(column)} to be one of class_columns?'
        )
    else:
        message = f'{loss.kind} needs {wanted}; {data.kind} gives any number. Did you mean "mse"?'
    return loss_problem(message, suggestion="mse")


def _inline_problems(data: InlineData, loss: AnyLoss) -> list[GradtapeError]:
    if len(data.x) != len(data.y):
        message = f"has {len(data.y)} entries, but x has {len(data.x)}: one target per sample."
        return [make_problem(("data", "y"), message, "length_mismatch")]
    if not data.sample_shape:
        message = "needs one list per sample, as in [[0.5], [1.5]]; got plain numbers."
        return [make_problem(("data", "x"), message, "shape_mismatch")]
    if loss.kind in NUMBER_LOSSES:
        return []
    shape = shape_of(data.y)
    for position, number in enumerate(numbers_of(data.y)):
        problem = _problem_of_target(number, loss)
        if problem is not None:
            steps = ("data", "y", *index_of(position, shape))
            return [make_problem(steps, problem, "target_out_of_range")]
    return _problems_of_shares(data) if loss.kind == "kl_div" else []


def _problems_of_shares(data: InlineData) -> list[GradtapeError]:
    shape = shape_of(data.y)
    numbers = numbers_of(data.y)
    for start in range(0, len(numbers), shape[-1]):
        total = sum(numbers[start : start + shape[-1]])
        if abs(total - 1) > LARGEST_SUM_ERROR:
            steps = ("data", "y", *index_of(start, shape)[:-1])
            message = f"must sum to 1 for kl_div, as probabilities do; got {total:g}."
            return [make_problem(steps, message, "target_out_of_range")]
    return []


def _problem_of_target(number: float, loss: AnyLoss) -> str | None:
    got = describe_value(number)
    if loss.kind in PROBABILITY_LOSSES or loss.kind == "kl_div":
        fits = 0 <= number <= 1
        return None if fits else f"must be between 0 and 1 for {loss.kind}; got {got}."
    if loss.kind == "ctc" and (number < 1 or number != int(number)):
        return f"must be a class number (1, 2, …) for ctc, whose class 0 is the blank; got {got}."
    if number < 0 or number != int(number):
        return f"must be a class number (0, 1, 2, …) for {loss.kind}; got {got}."
    return None
