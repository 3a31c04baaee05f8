#!/usr/bin/env python3
"""Seeded sets of growing size for the growth curve: real vectors, and interpolations between near neighbors.

    growth_data.py [--source FOLDER] [--sizes 10000,30000,...] [--queries 2000] [--cache DIR]      prints the folders

One pool of rows is made and shuffled; the set of n rows is its first n rows, so that all sizes come from one distribution and
differ in density alone. The pool holds every real row once; every other row is
    normalize((1 - t) a + t b + noise),   a real, b one of the 64 nearest of a, t uniform in 0.2...0.8,
with Gaussian noise of length 0.4 |a - b|. Both numbers are chosen so that 100,000 rows are as hard as as many real ones of
WordNet: the local intrinsic dimension is the same, and so is the distance of the tenth neighbor (fewer neighbors and less noise
leave rows on lines between few parents, which a graph finds ever more easily as n grows). Held-out queries are rows of the same
pool that are in no set. Rows are stored as float16; ground truth is exact for the stored values.
"""
import argparse
import os
import sys
import time

import numpy as np

import datasets
from exact_neighbors import neighbors, normalized

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
SEED = 1729
NEIGHBORS = 64
NOISE = 0.4
VERSION = 2


def say(text):
    print(f"growth: {text}", file=sys.stderr, flush=True)


def pool(real, count, near, random):
    """`count` shuffled rows in float16, made 20,000 at a time."""
    dimension = real.shape[1]
    rows = np.empty((count, dimension), "f2")
    origin = random.permutation(max(count, len(real)))[:count]         # below len(real): that real row; else made
    for start in range(0, count, 20_000):
        part = origin[start:start + 20_000]
        a = random.integers(0, len(real), len(part))
        b = near[a, random.integers(0, near.shape[1], len(part))]
        t = random.uniform(0.2, 0.8, (len(part), 1)).astype("f4")
        noise = random.standard_normal((len(part), dimension), dtype="f4")
        noise *= NOISE / np.sqrt(dimension) * np.linalg.norm(real[a] - real[b], axis=1, keepdims=True)
        made = normalized((1 - t) * real[a] + t * real[b] + noise)
        is_real = part < len(real)
        made[is_real] = real[part[is_real]]
        rows[start:start + len(part)] = made
    return rows


def make(real, sizes, queries, cache, seed=SEED, source="", clock=time.time):
    """Makes the sets of all sizes that are not there yet; -> their folders, in the order of `sizes`.

    Time is that of two exact searches: rows among rows (parents), queries among the largest set.
    """
    sizes = sorted(sizes)
    real = normalized(real)
    name = f"growth-v{VERSION}-{real.shape[1]}d-seed{seed}-q{queries}-max{sizes[-1]}"
    folders = [os.path.join(cache, name, str(size)) for size in sizes]
    if all(datasets.is_ready(folder) for folder in folders):
        return folders
    start = clock()
    random = np.random.default_rng(seed)
    count = min(NEIGHBORS, len(real) - 1)
    say(f"{count} nearest of each of {len(real):,} real rows")
    near = neighbors(real, real, "ip", count + 1, block=len(real))
    itself = near == np.arange(len(real))[:, None]
    itself[~itself.any(1), -1] = True                                   # hidden behind duplicates: drop the farthest
    near = near[~itself].reshape(len(real), count)
    say(f"{clock() - start:.0f} s; {sizes[-1] + queries:,} rows")
    rows = pool(real, sizes[-1] + queries, near, random)
    held_out, rows = rows[:queries], rows[queries:]
    for size, folder in zip(sizes, folders):
        if datasets.is_ready(folder):
            continue
        datasets.write(folder, rows[:size], held_out, None, "ip", f"growth_data.py {source}", seed=seed)
        say(f"{folder}: {clock() - start:.0f} s")
    return folders


def local_dimension(folder, queries=500):
    """Local intrinsic dimension: median over queries of the maximum-likelihood estimate from the distances to the 100 nearest
    (Levina and Bickel 2004), for sets of unit rows. How hard a set is depends on it far more than on the number of columns."""
    truth = np.load(os.path.join(folder, "gt.i32.npy"), mmap_mode="r")[:queries]
    base, asked = source_rows(folder), np.asarray(np.load(os.path.join(folder, "queries.f16.npy"))[:queries], "f4")
    scores = np.stack([base[np.sort(ids)].astype("f4") @ query for ids, query in zip(truth, asked)])
    distances = np.sort(np.sqrt(np.maximum(2 - 2 * scores, 1e-9)), axis=1)
    return float(np.median(-1 / np.log(distances[:, :-1] / distances[:, -1:]).mean(1)))


def source_rows(folder):
    for kind in datasets.NAMES:
        path = os.path.join(folder, f"base.{kind}.npy")
        if os.path.exists(path):
            return np.load(path, mmap_mode="r")
    raise SystemExit(f"growth: no base.*.npy in {folder}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", required=True)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--cache", default=datasets.cache_folder())
    arguments = parser.parse_args()
    os.nice(10)
    sizes = [int(size) for size in arguments.sizes.split(",")]
    for folder in make(source_rows(arguments.source), sizes, arguments.queries, arguments.cache, source=arguments.source):
        print(folder)


if __name__ == "__main__":
    main()
