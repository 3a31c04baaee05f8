"""Plots of the harness's results, as SVG and PNG. Colors: Okabe and Ito (2008), told apart by color-blind eyes; curves also
differ by marker and carry their names."""
import os

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from report_tables import OURS, best_configurations, filter_cells, front, telling

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#8C6D1F", "#777777", "#5E4FA2", "#222222")
PEER_BAR = "#9DB4C6"
MARKERS = ("s", "^", "D", "v", "P", "X", "o", "<", ">")
OUR_COLOR = "#D55E00"
plt.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
                     "grid.color": "#E4E4E4", "grid.linewidth": 0.7, "axes.axisbelow": True, "svg.fonttype": "none",
                     "figure.facecolor": "white", "axes.titlesize": 11, "axes.titleweight": "bold", "axes.titlelocation": "left"})


def save(figure, folder, name):
    """Writes NAME.svg and NAME.png; -> NAME.png"""
    os.makedirs(folder, exist_ok=True)
    for ending in ("svg", "png"):
        figure.savefig(os.path.join(folder, f"{name}.{ending}"), dpi=150, bbox_inches="tight")
    plt.close(figure)
    return f"{name}.png"


def style(engines):
    """One look per engine, the same in all plots of a set."""
    peers = [engine for engine in engines if engine != OURS]
    looks = {engine: dict(color=COLORS[i % len(COLORS)], marker=MARKERS[i % len(MARKERS)], linewidth=1.5, markersize=4.5, zorder=3)
             for i, engine in enumerate(peers)}
    looks[OURS] = dict(color=OUR_COLOR, marker="o", linewidth=2.8, markersize=5.5, zorder=4)
    return looks


def spread_out(values, least):
    """Moves sorted places apart to a distance of `least`, as little as that takes (pool adjacent violators)."""
    groups = []
    for value in values:
        groups.append([value, 1])                                      # center, members
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < least * (groups[-1][1] + groups[-2][1]) / 2:
            center, members = groups.pop()
            first = groups[-1]
            first[0] = (first[0] * first[1] + center * members) / (first[1] + members)
            first[1] += members
    return [center + least * (i - (members - 1) / 2) for center, members in groups for i in range(members)]


def end_labels(axes, ends, looks, gap=0.046):
    """Names beside the right ends of curves, drawn apart where they would overlap. `ends`: {name: (x, y)} in data units."""
    if not ends:
        return
    to_axes = lambda point: axes.transAxes.inverted().transform(axes.transData.transform(point))
    places = sorted(((name, *to_axes(point)) for name, point in ends.items()), key=lambda place: place[2])
    for (name, x, y), moved in zip(places, spread_out([place[2] for place in places], gap)):
        axes.annotate(name, xy=ends[name], xytext=(1.04, moved), textcoords="axes fraction", va="center", annotation_clip=False,
                      color=looks[name]["color"], fontsize=10, fontweight="bold" if name == OURS else "normal",
                      arrowprops=dict(arrowstyle="-", color=looks[name]["color"], linewidth=0.6, alpha=0.7, shrinkA=1, shrinkB=3))


def log_ticks(axes):
    """1, 2, 5, 10, ... in full numbers on a logarithmic y axis."""
    axes.yaxis.set_major_locator(matplotlib.ticker.FixedLocator([digit * 10.0 ** power for power in range(-5, 13) for digit in (1, 2, 5)]))
    axes.yaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:,.6g}" if value < 1e6 else f"{value:,.0f}"))
    axes.yaxis.set_minor_locator(matplotlib.ticker.NullLocator())


RECALLS = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


def recall_qps(results, data, title, folder, name, lowest=0.8):
    """Queries/s (log) over recall (stretched towards 1), the Pareto front of each engine over all its configurations."""
    merged = {}
    for result in results:
        merged.setdefault(result["peer"], []).extend(front(result))
    order = [result["peer"] for result in best_configurations(results)]
    looks, ends = style(order), {}
    figure, axes = plt.subplots(figsize=(8.2, 5.2))
    stretch = lambda recall: -np.log10(np.maximum(1 - np.asarray(recall), 4e-4))
    for engine in order[::-1]:
        points = [point for point in front({"curve": merged[engine]}) if point["recall"] >= lowest]
        if points:
            axes.plot(stretch([point["recall"] for point in points]), [point["qps"] for point in points], **looks[engine])
            ends[engine] = (float(stretch(points[-1]["recall"])), points[-1]["qps"])
    axes.set_yscale("log")
    axes.set_xlim(stretch(lowest), stretch(0.9996) + 0.05)
    ticks = [recall for recall in RECALLS if recall >= lowest]
    axes.set_xticks(stretch(ticks), [f"{recall:g}" for recall in ticks])
    log_ticks(axes)
    axes.set_xlabel("recall@10 (fraction missed on a log scale)")
    axes.set_ylabel("queries/s, one thread (log scale)")
    axes.set_title(f"{title}: {data['n']:,} × {data['d']}, {data['metric']}. Up and right is better")
    end_labels(axes, ends, looks)
    return save(figure, folder, name)


def bars(axes, pairs, title, text):
    pairs = sorted(pairs, key=lambda pair: -pair[1])
    axes.barh(range(len(pairs)), [value for _, value in pairs], color=[OUR_COLOR if engine == OURS else PEER_BAR for engine, _ in pairs], height=0.68)
    for row, (engine, value) in enumerate(pairs):
        axes.text(value, row, " " + text(value), va="center", fontsize=9, fontweight="bold" if engine == OURS else "normal")
    axes.set_yticks(range(len(pairs)), [engine for engine, _ in pairs])
    for label in axes.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() == OURS else "normal")
    axes.set_xlim(0, max(value for _, value in pairs) * 1.16)
    axes.grid(False, axis="y")
    axes.set_title(title)


def build_and_size(results, data, title, folder, name):
    """Build seconds on one thread, and bytes per vector (file, else as the engine counts them), of each best configuration."""
    chosen = best_configurations(results)
    build = [(result["peer"], result["build_s"]) for result in chosen if result.get("build_s") is not None]
    size = [(result["peer"], result["bytes"] / data["n"]) for result in chosen if result.get("bytes")]
    if not build or not size:
        return None
    figure, (left, right) = plt.subplots(1, 2, figsize=(11.5, 0.9 + 0.36 * max(len(build), len(size))), layout="constrained")
    bars(left, build, f"{title}: build, seconds, 1 thread", lambda value: f"{value:,.1f}")
    bars(right, size, "Bytes per vector", lambda value: f"{value:,.0f}")
    raw = 4 * data["d"]
    right.axvline(raw, color="#333333", linewidth=1, linestyle="--")
    right.annotate(f"float32 rows alone: {raw:,}", (raw, 0), xytext=(0, -24), textcoords="offset points", xycoords=("data", "axes fraction"),
                   ha="center", va="top", fontsize=8.5, color="#333333")
    return save(figure, folder, name)


def filtered(results, title, folder, name):
    """Queries/s at filtered recall 0.95 over the share that passes; hollow: the highest recall stays below 0.95."""
    cells = {result["peer"]: filter_cells(result) for result in results if result.get("filter")}
    if not cells:
        return None
    looks = style(list(cells))
    figure, panels = plt.subplots(1, 3, figsize=(13, 4.4), sharey=True)
    for axes, kind, note in zip(panels, ("random", "near", "far"), ("independent of the query", "near the query", "far from the query")):
        ends = {}
        for engine, values in cells.items():
            points = sorted((share, cell) for (share, which), cell in values.items() if which == kind)
            if not points:
                continue
            look = looks[engine]
            places = [(100 * share, cell[0] or cell[2]) for share, cell in points]
            axes.plot(*zip(*places), color=look["color"], linewidth=look["linewidth"], zorder=look["zorder"])
            for place, (_, cell) in zip(places, points):
                axes.plot(*place, marker=look["marker"], color=look["color"], markersize=6, zorder=5, markerfacecolor=look["color"] if cell[0] else "white")
            ends[engine] = places[0]
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.invert_xaxis()
        shares = sorted({100 * share for values in cells.values() for share, _ in values})
        axes.set_xticks(shares, [f"{share:g} %" for share in shares])
        axes.minorticks_off()
        axes.set_xlabel("share that passes")
        axes.set_title(note)
        axes.yaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:,.6g}" if value < 1e6 else f"{value:,.0f}"))
    end_labels(panels[-1], ends, looks, gap=0.07)
    panels[0].set_ylabel("queries/s at recall@10 ≥ 0.95 (log scale)")
    figure.suptitle(f"{title}: filtered search. Hollow: recall 0.95 is not reached", x=0.07, ha="left", fontweight="bold")
    figure.subplots_adjust(wspace=0.08, top=0.85)
    return save(figure, folder, name)


def churned(results, title, folder, name):
    """Recall after each delete and reinsert of a fifth of the rows, at the setting of each engine that starts at 0.95 or above."""
    runs = {}
    for result in results:
        states = [row for row in result.get("churn", []) if "recall" in row]
        settings = telling(states)
        if settings:
            point = settings[min(1, len(settings) - 1)]
            runs[result["peer"]] = (point, [row for row in states if row["point"] == point])
    if not runs:
        return None
    looks, ends = style(list(runs)), {}
    figure, axes = plt.subplots(figsize=(8.2, 4.2))
    for engine, (_, rows) in runs.items():
        change = [100 * (row["recall"] - rows[0]["recall"]) for row in rows]
        axes.plot(range(len(rows)), change, **looks[engine])
        ends[engine] = (len(rows) - 1, change[-1])
    steps = [row["step"] for row in next(iter(runs.values()))[1]]
    axes.axhspan(-0.5, 0, color="#F0F0F0", zorder=0)
    axes.set_xticks(range(len(steps)), steps, rotation=30, ha="right")
    axes.set_ylabel("recall@10, points against fresh")
    axes.set_title(f"{title}: recall under delete and reinsert of 20 % (gray: within half a point)")
    end_labels(axes, ends, looks, gap=0.06)
    return save(figure, folder, name)


def growth(rows, fits, title, folder, name):
    """One panel per quantity over n, log-log, with the fitted power of n; gray: n^0.25 from the first size."""
    panels = [(key, label) for key, label in (("hops", "hops per query"), ("codeEvaluations", "code evaluations per query"),
              ("exactDistances", "exact distances per query"), ("bytesTouched", "bytes touched per query"), ("qps", "queries/s, one thread"),
              ("build_s", "build, seconds"), ("bytes_per_vector", "bytes per vector")) if any(row.get(key) for row in rows)]
    if not panels or len(rows) < 2:
        return None
    columns = min(3, len(panels))
    lines = -(-len(panels) // columns)
    figure, grid = plt.subplots(lines, columns, figsize=(4.3 * columns, 3.3 * lines), squeeze=False, layout="constrained")
    for axes, (key, label) in zip(grid.flat, panels):
        n, values = zip(*[(row["n"], row[key]) for row in rows if row.get(key)])
        axes.plot(n, values, color=OUR_COLOR, marker="o", linewidth=2.2)
        low, high = min(values), max(values)
        if key in ("hops", "codeEvaluations"):
            bound = values[0] * (np.array(n) / n[0]) ** 0.25
            high = max(high, bound[-1])
            axes.plot(n, bound, color="#777777", linewidth=1.2, linestyle="--")
            axes.annotate("n^0.25", (n[-1], bound[-1]), xytext=(-14, 6), textcoords="offset points", ha="right", color="#555555", fontsize=9)
        if key in fits:
            axes.text(0.04, 0.93, f"grows as n^{fits[key]:.2f}", transform=axes.transAxes, va="top", fontweight="bold", color=OUR_COLOR,
                      bbox=dict(facecolor="white", edgecolor="none", pad=1.5))
        rising = values[-1] >= values[0]
        for place, align, below in ((0, "left", rising), (-1, "right", not rising)):          # where the line does not run
            axes.annotate(f"{values[place]:,.3g}" if values[place] < 1000 else f"{values[place]:,.0f}", (n[place], values[place]),
                          xytext=(0, -9 if below else 9), textcoords="offset points", ha=align, va="top" if below else "bottom", fontsize=9)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_ylim(low / max(1.5, (high / low) ** 0.2), high * max(2.0, (high / low) ** 0.4))
        axes.set_xticks(n, [f"{value // 1000:,}k" if value < 1_000_000 else f"{value / 1e6:g}M" for value in n])
        axes.xaxis.set_minor_locator(matplotlib.ticker.NullLocator())
        log_ticks(axes)
        axes.set_title(label)
    for axes in list(grid.flat)[len(panels):]:
        axes.set_visible(False)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return save(figure, folder, name)
