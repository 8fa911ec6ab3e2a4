"""The results as text: figures, ratios, aims, and what is missed."""

from typing import Any


def align(rows: list[list[str]]) -> str:
    """Columns of equal width; the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def verdict(value: float, aim: float, *, more_is_better: bool = False) -> str:
    """`met` or `missed`."""
    return "met" if (value >= aim if more_is_better else value <= aim) else "missed"


def recording_table(results: list[dict[str, Any]]) -> str:
    """One row per workload."""
    header = ["one iteration (ms)", "plain", "full", "compared", "known", "TorchLens", "aims"]
    return align([header, *(recording_row(result) for result in results)])


def recording_row(result: dict[str, Any]) -> list[str]:
    """Milliseconds, and in brackets the ratio to the plain iteration."""
    taken, ratios, aims = result["milliseconds"], result["ratios"], result["aims"]

    def cell(who: str) -> str:
        return f"{taken[who]:,.1f} ({ratios[who]:.1f}×)"

    verdicts = [f"{who} ≤ {aim}× {verdict(ratios[who], aim)}" for who, aim in aims.items()]
    return [
        result["workload"],
        f"{taken['plain']:,.1f}",
        cell("full"),
        cell("compared"),
        cell("known"),
        cell("peer") if "peer" in taken else result["peer_failure"],
        ", ".join(verdicts),
    ]


def profile_table(results: list[dict[str, Any]]) -> str:
    """Where a full recording's milliseconds go, beside a mode that only passes ops on."""
    parts = list(results[0]["profile"])
    rows = [
        [result["workload"], *(f"{result['profile'][part]:,.1f}" for part in parts)]
        for result in results
    ]
    return align([["of a full recording (ms)", *parts], *rows])


def training_table(result: dict[str, Any]) -> str:
    """Iterations per second of both, and the share."""
    header = ["training two_layer (iterations/s)", "plain", "streamed", "share", "aim"]
    aim = f"≥ {result['aim']:.0%} {verdict(result['share'], result['aim'], more_is_better=True)}"
    row = [
        f"{result['iterations']} iterations",
        f"{result['plain_iterations_per_second']:,.0f}",
        f"{result['streamed_iterations_per_second']:,.0f}",
        f"{result['share']:.0%}",
        aim,
    ]
    return align([header, row])


def figures_table(title: str, figures: list[dict[str, Any]]) -> str:
    """One row per figure; what is better when larger says so, and not all have an aim."""
    rows = [
        [figure["name"], f"{figure['value']:,.1f} {figure['unit']}", figure_verdict(figure)]
        for figure in figures
    ]
    return align([[title, "median", "aim"], *rows])


def layout_table(results: list[dict[str, Any]]) -> str:
    """One row per graph; of the peers the reason where they have no time."""
    engines = list(results[0]["milliseconds"])
    rows = [
        [
            result["workload"],
            f"{result['cards']:,}",
            f"{result['wires']:,}",
            *(layout_cell(result, engine) for engine in engines),
            f"≤ {result['aim']:,} {verdict(result['milliseconds']['ours'], result['aim'])}",
        ]
        for result in results
    ]
    return align([["first layout (ms)", "cards", "wires", *engines, "aim of ours"], *rows])


def layout_cell(result: dict[str, Any], engine: str) -> str:
    """Milliseconds, or why there are none."""
    taken = result["milliseconds"][engine]
    return f"{taken:,.0f}" if taken is not None else result["problems"][engine]


def figure_verdict(figure: dict[str, Any]) -> str:
    """The aim, and whether it is met."""
    aim, larger = figure["aim"], figure.get("more_is_better", False)
    if aim is None:
        return ""
    return (
        f"{'≥' if larger else '≤'} {aim:,} {verdict(figure['value'], aim, more_is_better=larger)}"
    )
