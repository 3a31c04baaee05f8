#!/usr/bin/env python3
"""The growth curve: our index on sets of 10,000 to 1,000,000 rows of one distribution, its graph searched at every size.

    growth.py --plugin CMD [--source FOLDER] [--sizes 10000,...] [--upto N] [--queries 2000] [--recall 0.95] [--out FOLDER] [--redo SIZE,..]

Writes growth.json, growth.md and, with matplotlib, plots/growth.{svg,png} into the folder. Each size is a step of its own that
is kept when nothing about it changed. All figures are at one recall, interpolated between the settings on both sides of it;
the exponent e is the least-squares slope of log(value) over log(n).
"""
import argparse
import json
import os
import shlex
import sys

import numpy as np

import bench_steps
import datasets
import growth_data
from ann_bench import COUNTERS
from report_tables import front, number, table

QUANTITIES = (*COUNTERS, "qps", "build_s", "bytes_per_vector")


def at_recall(result, recall):
    """Queries/s and work per query at a recall, log-linear between the two settings around it; None when not reached."""
    points = front(result)
    if not points or points[-1]["recall"] < recall:
        return None
    upper = next(i for i, point in enumerate(points) if point["recall"] >= recall)
    high, low = points[upper], points[max(upper - 1, 0)]
    width = high["recall"] - low["recall"]
    weight = 1.0 if width <= 0 else (recall - low["recall"]) / width
    def between(a, b):
        return float(np.exp((1 - weight) * np.log(a) + weight * np.log(b))) if a > 0 and b > 0 else (1 - weight) * a + weight * b
    values = {"qps": between(low["qps"], high["qps"]), "settings": [low["point"], high["point"]],
              "bracketed": low["recall"] < recall <= high["recall"]}
    for name in COUNTERS:
        if name in high.get("per_query", {}) and name in low.get("per_query", {}):
            values[name] = between(low["per_query"][name], high["per_query"][name])
    return values


def exponent(rows, name):
    """Slope of log(value) over log(n) of the sizes where the graph was searched; None with fewer than three of them."""
    points = [(row["n"], row[name]) for row in rows if row.get(name) and not scanned(row)]
    if len(points) < 3:
        return None
    n, values = np.log(np.array(points, "f8")).T
    return float(np.polyfit(n, values, 1)[0])


def scanned(row):
    """Whether the index looked at all rows instead of its graph: such a size says nothing about the graph's growth."""
    return row.get("hops") == 0


def measure(steps, folders, plugin, recall, extra):
    rows, digest = [], bench_steps.file_digest(shlex.split(plugin)[0])
    for folder in folders:
        with open(os.path.join(folder, "meta.json")) as file:
            meta = json.load(file)
        result = steps.run(f"growth-{meta['n']}", "curve", folder, ["--peers", "", "--plugin", f"arcanea={plugin}", "--graph", *extra], [digest])
        curve = (result or {}).get("results", [{}])[0]
        values = at_recall(curve, recall)
        row = {"n": meta["n"], "d": meta["dimension"], "local_dimension": growth_data.local_dimension(folder), "error": curve.get("error"), "highest": max([p["recall"] for p in front(curve)] or [0])}
        if values:
            row.update(values, build_s=curve["build_s"], bytes=curve["bytes"], bytes_per_vector=curve["bytes"] / meta["n"])
        rows.append(row)
    return rows


def markdown(result):
    names = [name for name in QUANTITIES if any(row.get(name) for row in result["rows"])]
    labels = {"hops": "hops", "codeEvaluations": "code evaluations", "exactDistances": "exact distances", "bytesTouched": "bytes touched",
              "qps": "queries/s", "build_s": "build s", "bytes_per_vector": "bytes per vector"}
    rows = []
    for row in result["rows"]:
        if "qps" not in row:
            reason = row.get("error") or f"recall {result['recall']} not reached: {row['highest']:.4f}"
            rows.append([f"{row['n']:,}", number(row["local_dimension"], 1), reason] + [""] * (len(names) - 1))
        else:
            rows.append([f"{row['n']:,}", number(row["local_dimension"], 1), *(number(row.get(name), 1 if name in ("build_s", "hops") else 0) for name in names)])
    if result["exponents"]:
        rows.append(["grows as", "", *(f"n^{result['exponents'][name]:.3f}" if name in result["exponents"] else "–" for name in names)])
    text = table(["n", "local dimension", *(labels[name] for name in names)], rows)
    loose = [f"{row['n']:,}" for row in result["rows"] if "qps" in row and not row["bracketed"]]
    if loose:
        text += f"\n\nAt n = {', '.join(loose)} the smallest setting is already above recall {result['recall']}: figures there are too high."
    hardness = [row["local_dimension"] for row in result["rows"]]
    if len(hardness) > 1 and hardness[-1] < 0.9 * hardness[0]:
        text += (f"\n\nThe local dimension falls from {hardness[0]:.1f} to {hardness[-1]:.1f}: more rows share their parents as n grows, so the larger "
                 "sets are easier than as many real rows would be, and the exponents of the work per query are lower bounds.")
    scans = [f"{row['n']:,}" for row in result["rows"] if scanned(row)]
    if scans:
        text += f"\n\nAt n = {', '.join(scans)} the index scanned all rows (no hops): left out of the fits."
    return text


def run(plugin, source, out, sizes, queries=2_000, recall=0.95, redo=(), extra=(), cache=None, upto=None):
    """Makes the sets, measures all sizes (those of at most `upto` rows), fits; writes and returns the result.

    The largest of `sizes` fixes what all sets are made of; `upto` leaves sizes out without changing the others.
    """
    base = growth_data.source_rows(source)
    folders = growth_data.make(base, sizes, queries, cache or datasets.cache_folder(), source=source)
    folders = [folder for folder, size in zip(folders, sorted(sizes)) if size <= (upto or size)]
    steps = bench_steps.Steps(os.path.join(out, "growth"), redo)
    rows = measure(steps, folders, plugin, recall, list(extra))
    fits = {name: value for name in QUANTITIES if (value := exponent(rows, name)) is not None}
    result = {"recall": recall, "source": source, "queries": queries, "machine": bench_steps.machine(), "rows": rows, "exponents": fits, "steps": steps.records}
    with open(os.path.join(out, "growth.json"), "w") as file:
        json.dump(result, file, indent=1)
    with open(os.path.join(out, "growth.md"), "w") as file:
        file.write(markdown(result) + "\n")
    return result


def plot(result, out):
    """-> the plot's file name; None without matplotlib, or with fewer than two sizes at which the graph was searched"""
    try:
        import report_plots
    except ImportError:
        return None
    dimension = result["rows"][0]["d"] if result["rows"] else 0
    rows = [row for row in result["rows"] if "qps" in row and not scanned(row)]
    return report_plots.growth(rows, result["exponents"], f"Growth at recall@10 = {result['recall']}, {dimension} dimensions",
                               os.path.join(out, "plots"), "growth")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--sizes", default=",".join(map(str, growth_data.SIZES)))
    parser.add_argument("--upto", type=int, metavar="N", help="measure only the sizes of at most N rows")
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--recall", type=float, default=0.95)
    parser.add_argument("--out", required=True)
    parser.add_argument("--redo", default="", help="sizes to measure again")
    parser.add_argument("--core", default="1")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    arguments = parser.parse_args()
    sizes = sorted({int(size) for size in arguments.sizes.split(",")})
    redo = [f"growth-{size}" for size in arguments.redo.split(",") if size]
    os.makedirs(arguments.out, exist_ok=True)
    result = run(arguments.plugin, arguments.source, arguments.out, sizes, arguments.queries, arguments.recall, redo,
                 ["--core", arguments.core, "--clock", arguments.clock], upto=arguments.upto)
    if plot(result, arguments.out) is None:
        bench_steps.say("no growth plot (fewer than two sizes, or no matplotlib)")
    print(markdown(result))
    sys.exit(any(record["error"] for record in result["steps"]))


if __name__ == "__main__":
    main()
