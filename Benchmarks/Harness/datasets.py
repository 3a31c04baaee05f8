#!/usr/bin/env python3
"""Data sets for the harness, from whatever they come in.

    datasets.py PATH [--metric ip|l2|cos] [--cache DIR]      prints the folder that ann_bench.py reads

PATH is a folder in the harness's own form (used as it is when it has its ground truth), or
  - an ann-benchmarks HDF5 file: `train`, `test`, `neighbors`; its attribute `distance` is the metric;
  - fvecs, bvecs, ivecs (TexMex) or npy: one file, or a folder of them. In a folder, "base", "train" or "learn" in a name
    means the rows (in this order of preference), "query", "queries" or "test" the queries, "groundtruth", "gt" or
    "neighbors" the ids of the neighbors. Without queries, a seeded tenth of the rows (1,000 at most) is held out.
The metric is `--metric`, else that of the file or of `meta.json`, else ip for rows of length 1 and l2 for all others.
Every set is converted once, into $ARCANEA_BENCH_CACHE (default: arcanea-bench in the user's cache folder). Ground truth that
comes along is checked on 32 queries and made again when it is wrong, absent, or belongs to other rows.
"""
import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time

import numpy as np

from exact_neighbors import neighbors
from vector_files import FormatError, METRICS, check_rows, read_folder, read_hdf5, read_matrix

VERSION = 1                 # of the converted form: a change makes all sets anew
TRUTH = 100                 # neighbors per query
HELD_OUT = 1_000
NAMES = ("f32", "f16", "u8", "i8")


def cache_folder():
    given = os.environ.get("ARCANEA_BENCH_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.abspath(given) if given else os.path.join(base, "arcanea-bench")


def is_ready(folder):
    """Whether a folder is in the harness's form, ground truth included."""
    def has(name):
        return any(os.path.exists(os.path.join(folder, f"{name}.{kind}.npy")) for kind in NAMES)
    return os.path.isdir(folder) and has("base") and has("queries") and os.path.exists(os.path.join(folder, "gt.i32.npy"))


def stored(rows):
    """The rows in the smallest of the stored types that holds them without loss, and the type's name."""
    kinds = {"float32": "f32", "float16": "f16", "uint8": "u8", "int8": "i8"}
    if str(rows.dtype) not in kinds:
        rows = np.asarray(rows, "f4")
    return rows, kinds[str(rows.dtype)]


def guess_metric(rows):
    sample = np.asarray(rows[::max(1, len(rows) // 5_000)], "f4")
    return "ip" if abs(np.linalg.norm(sample, axis=1) - 1).max() < 2e-2 else "l2"


def hold_out(rows):
    """Splits off seeded rows as queries."""
    count = min(HELD_OUT, len(rows) // 10)
    if count < 1:
        raise FormatError(f"{len(rows)} rows and no queries: at least 10 rows are needed to hold some out")
    mask = np.zeros(len(rows), bool)
    mask[np.random.default_rng(11).choice(len(rows), count, replace=False)] = True
    return rows[~mask], rows[mask]


def agrees(base, queries, truth, metric):
    """Whether the given ids are as near as the exact ones, on 32 queries; equal distances may come in any order."""
    k = min(10, len(base))
    if truth.ndim != 2 or len(truth) != len(queries) or truth.shape[1] < k or truth.min() < 0 or truth.max() >= len(base):
        return False
    some = np.random.default_rng(5).choice(len(queries), min(32, len(queries)), replace=False)
    exact = neighbors(base, queries[some], metric, k)
    def farthest(ids):
        picked = np.asarray(base[np.sort(ids.ravel())], "f4")[np.argsort(np.argsort(ids.ravel(), kind="stable"))]
        picked, asked = picked.reshape(*ids.shape, -1), np.asarray(queries[some], "f4")
        if metric == "cos":
            picked = picked / np.maximum(np.linalg.norm(picked, axis=2, keepdims=True), 1e-12)
            asked = asked / np.maximum(np.linalg.norm(asked, axis=1, keepdims=True), 1e-12)
        if metric == "l2":
            return ((picked - asked[:, None, :]) ** 2).sum(2).max(1)
        return -np.einsum("qkd,qd->qk", picked, asked).min(1)
    wanted, given = farthest(exact), farthest(truth[some][:, :k])
    return bool((given <= wanted + 1e-5 + 1e-4 * np.abs(wanted)).all())


def write(folder, base, queries, truth, metric, source, **more):
    """Writes a set in the harness's form; whole or not at all. -> what was done about the ground truth"""
    base, queries = check_rows("rows", base), check_rows("queries", queries)
    if base.shape[1] != queries.shape[1]:
        raise FormatError(f"{source}: rows have {base.shape[1]} dimensions, queries have {queries.shape[1]}")
    metric = metric or guess_metric(base)
    if metric not in METRICS:
        raise FormatError(f"{source}: distance {metric!r} is none of {', '.join(sorted(METRICS))}")
    metric, kept = METRICS[metric], False
    if truth is not None:
        truth = np.asarray(truth)[:, :TRUTH]
        kept = agrees(base, queries, truth, metric)
        if not kept:
            print(f"datasets: {source}: its neighbors are not those of these rows by {metric}; computed anew", file=sys.stderr)
    if not kept:
        truth = neighbors(base, queries, metric, min(TRUTH, len(base)))
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    new = tempfile.mkdtemp(dir=os.path.dirname(folder), prefix=".new-")
    try:
        for name, rows in (("base", base), ("queries", queries)):
            rows, kind = stored(rows)
            np.save(os.path.join(new, f"{name}.{kind}.npy"), np.ascontiguousarray(rows))
        np.save(os.path.join(new, "gt.i32.npy"), np.ascontiguousarray(truth, "i4"))
        with open(os.path.join(new, "meta.json"), "w") as file:
            json.dump({"metric": metric, "n": len(base), "dimension": int(base.shape[1]), "queries": len(queries),
                       "source": str(source), "truth": "given" if kept else "computed", **more}, file, indent=1)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(new, folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return "given" if kept else "computed"


def stated_metric(folder):
    try:
        with open(os.path.join(folder, "meta.json")) as file:
            return METRICS.get(json.load(file).get("metric"))
    except (OSError, ValueError, AttributeError):
        return None


def load(path):
    """-> rows, queries or None, truth or None, metric or None"""
    if os.path.isdir(path):
        return read_folder(path)
    if path.endswith((".hdf5", ".h5")):
        return read_hdf5(path)
    return read_matrix(path), None, None, None


def fingerprint(path, metric):
    """Changes with any file's place, size or time, and with the metric asked for."""
    files = [path] if os.path.isfile(path) else sorted(os.path.join(path, name) for name in os.listdir(path))
    state = [(file, os.path.getsize(file), os.stat(file).st_mtime_ns) for file in files if os.path.isfile(file)]
    return hashlib.sha256(json.dumps([VERSION, metric, state]).encode()).hexdigest()[:10]


def prepare(path, metric=None, cache=None):
    """The folder of a set in the harness's form, converted now unless that was done before.

    Raises `FormatError` (names the file and what is wrong with it) and `OSError`.
    """
    path = os.path.abspath(path)
    if not os.path.exists(path):
        raise FormatError(f"{path}: no such file or folder")
    if is_ready(path) and metric in (None, stated_metric(path)):
        return path
    name = os.path.basename(path)
    for ending in (".hdf5", ".h5", ".npy", ".fvecs", ".bvecs", ".ivecs"):
        name = name.removesuffix(ending)
    folder = os.path.join(cache or cache_folder(), f"{name}-{fingerprint(path, metric)}")
    if is_ready(folder):
        return folder
    start = time.time()
    base, queries, truth, own_metric = load(path)
    check_rows("rows", base)
    if queries is None:
        base, queries = hold_out(base)
        truth = None
    state = write(folder, base, queries, truth, metric or own_metric, path)
    print(f"datasets: {path} -> {folder}: {base.shape[0]:,} x {base.shape[1]}, {len(queries):,} queries, "
          f"neighbors {state}, {time.time() - start:.1f} s", file=sys.stderr)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--metric", choices=sorted(METRICS))
    parser.add_argument("--cache")
    arguments = parser.parse_args()
    try:
        print(prepare(arguments.path, arguments.metric and METRICS[arguments.metric], arguments.cache))
    except (FormatError, OSError) as error:
        raise SystemExit(f"datasets: {error}")


if __name__ == "__main__":
    main()
