"""Exact nearest neighbors by blocked BLAS in float32: the ground truth of every set that brings none."""
import numpy as np


def smallest(keys, k):
    """Columns of the `k` smallest keys of each row, in ascending order of (key, column); among keys equal to the k-th, any.

    The k smallest lie in the k groups of columns with the smallest minima, so that only k groups are looked into:
    one linear pass and a selection among `columns / group` values instead of among all columns.
    """
    rows, columns = keys.shape
    k = min(k, columns)
    group = min(64, columns // max(4 * k, 1))
    if group >= 4:
        width = columns // group                       # group g holds the columns g, g + width, g + 2 * width, ...
        minima = keys[:, :width * group].reshape(rows, group, width).min(1)
        chosen = np.argpartition(minima, k - 1, axis=1)[:, :k]
        candidates = (chosen[:, None, :] + (np.arange(group) * width)[None, :, None]).reshape(rows, -1)
        rest = np.arange(width * group, columns)
        candidates = np.concatenate([candidates, np.broadcast_to(rest, (rows, len(rest)))], axis=1)
    else:
        candidates = np.argpartition(keys, k - 1, axis=1)[:, :k]
    values = np.take_along_axis(keys, candidates, 1)
    if candidates.shape[1] > 2 * k:
        kept = np.argpartition(values, k - 1, axis=1)[:, :k]
        candidates, values = np.take_along_axis(candidates, kept, 1), np.take_along_axis(values, kept, 1)
    return np.take_along_axis(candidates, np.lexsort((candidates, values), axis=1)[:, :k], 1)


def normalized(rows):
    """Rows as float32 of length 1; rows of zeros stay zero."""
    rows = np.asarray(rows, "f4")
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def neighbors(base, queries, metric, k=100, block=65_536, batch=256, progress=None):
    """Ids (int32, `[queries, k]`, nearest first; -1 where the base has fewer than `k` rows) by exact search.

    `base` may be a memory-mapped matrix of any number type: `block` rows of it are converted at a time.
    `metric` is "ip" (largest inner product), "cos" (largest cosine) or "l2" (smallest squared distance).
    Memory: `block * (dimension + batch) * 4` bytes beside the results. Time: 2 * rows * queries * dimension operations.
    """
    if metric not in ("ip", "cos", "l2"):
        raise ValueError(f"metric: {metric!r} is none of ip, cos, l2")
    queries = normalized(queries) if metric == "cos" else np.ascontiguousarray(queries, "f4")
    count = len(queries)
    ids = np.full((count, k), -1, "i4")
    best = np.full((count, k), np.inf, "f4")
    for first in range(0, len(base), block):
        rows = np.ascontiguousarray(base[first:first + block], "f4")
        if metric == "cos":
            rows = normalized(rows)
        squares = (rows * rows).sum(1) if metric == "l2" else None
        for start in range(0, count, batch):
            part = slice(start, min(start + batch, count))
            keys = queries[part] @ rows.T
            keys *= -2 if metric == "l2" else -1
            if squares is not None:
                keys += squares
            columns = smallest(keys, k)
            all_ids = np.concatenate([ids[part], (columns + first).astype("i4")], axis=1)
            all_keys = np.concatenate([best[part], np.take_along_axis(keys, columns, 1)], axis=1)
            order = np.argsort(all_keys, axis=1, kind="stable")[:, :k]
            ids[part] = np.take_along_axis(all_ids, order, 1)
            best[part] = np.take_along_axis(all_keys, order, 1)
        if progress:
            progress(min(first + block, len(base)), len(base))
    return ids
