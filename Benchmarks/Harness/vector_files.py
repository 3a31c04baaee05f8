"""Readers of the file forms that vector sets are published in. Matrices are memory-mapped where the form allows it."""
import json
import os
import re

import numpy as np

# Names of metrics, as the sets and the libraries write them, and ours.
METRICS = {"ip": "ip", "dot": "ip", "inner_product": "ip", "l2": "l2", "euclidean": "l2", "sqeuclidean": "l2",
           "cos": "cos", "cosine": "cos", "angular": "cos"}
MAXIMUM_DIMENSION = 20_000


class FormatError(ValueError):
    """A file that cannot be used; the message names it and says why."""


def check_rows(name, rows):
    """A matrix of numbers, all finite, 1...20,000 columns; raises `FormatError` otherwise."""
    if rows.ndim != 2 or rows.shape[0] < 1:
        raise FormatError(f"{name}: a matrix with at least one row is needed, not shape {rows.shape}")
    if not 1 <= rows.shape[1] <= MAXIMUM_DIMENSION:
        raise FormatError(f"{name}: {rows.shape[1]} dimensions; 1...{MAXIMUM_DIMENSION:,} are allowed")
    if rows.dtype.kind not in "fiu":
        raise FormatError(f"{name}: elements of type {rows.dtype} are not numbers")
    if rows.dtype.kind == "f":
        for start in range(0, len(rows), 65_536):
            bad = ~np.isfinite(rows[start:start + 65_536]).all(1)
            if bad.any():
                raise FormatError(f"{name}: row {start + int(bad.argmax())} has a value that is not finite")
    return rows


def read_vecs(path):
    """fvecs, bvecs, ivecs: each row is its dimension (int32, little-endian), then its elements (float32, uint8, int32)."""
    kind = np.dtype({"fvecs": "<f4", "bvecs": "u1", "ivecs": "<i4"}[path.rsplit(".", 1)[1]])
    size = os.path.getsize(path)
    if size < 4:
        raise FormatError(f"{path}: {size} bytes, too short for one row")
    dimension = int(np.fromfile(path, "<i4", 1)[0])
    if not 1 <= dimension <= MAXIMUM_DIMENSION:
        raise FormatError(f"{path}: the first row says {dimension} dimensions; 1...{MAXIMUM_DIMENSION:,} are allowed")
    row = np.dtype([("dimension", "<i4"), ("values", kind, (dimension,))])
    if size % row.itemsize:
        raise FormatError(f"{path}: {size:,} bytes are not a multiple of {row.itemsize} bytes (rows of {dimension} dimensions)")
    table = np.memmap(path, row, "r")
    odd = np.flatnonzero(table["dimension"] != dimension)
    if len(odd):
        raise FormatError(f"{path}: row {odd[0]} says {table['dimension'][odd[0]]} dimensions, the first one {dimension}")
    return table["values"]


def read_matrix(path):
    """One .npy, .fvecs, .bvecs or .ivecs file."""
    if path.endswith((".fvecs", ".bvecs", ".ivecs")):
        return read_vecs(path)
    if not path.endswith(".npy"):
        raise FormatError(f"{path}: the name ends in none of .npy .fvecs .bvecs .ivecs .hdf5 .h5")
    try:
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise FormatError(f"{path}: {error}") from None
    if rows.ndim != 2:
        raise FormatError(f"{path}: a matrix is needed, not shape {rows.shape}")
    return rows


def read_hdf5(path):
    """ann-benchmarks: `train`, `test`, optional `neighbors`; the file's attribute `distance`."""
    try:
        import h5py
    except ImportError:
        raise FormatError(f"{path}: reading HDF5 needs the Python package h5py") from None
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise FormatError(f"{path}: {error}") from None
    with file:
        for name in ("train", "test"):
            if name not in file:
                raise FormatError(f"{path}: no data set named {name!r} in it (found: {', '.join(file) or 'none'})")
        metric = file.attrs.get("distance")
        metric = metric.decode() if isinstance(metric, bytes) else metric
        if metric is not None and str(metric) not in METRICS:
            raise FormatError(f"{path}: distance {str(metric)!r} is none of {', '.join(sorted(METRICS))}")
        truth = file["neighbors"][:] if "neighbors" in file else None
        return file["train"][:], file["test"][:], truth, metric and METRICS[str(metric)]


ROLES = (("truth", r"groundtruth|ground_truth|neighbors|(^|[._-])gt([._-]|$)"), ("queries", r"quer(y|ies)|test"),
         ("base", r"base"), ("train", r"train"), ("learn", r"learn"))


def read_folder(path):
    """A folder of matrices whose names say what they are; -> rows, queries, truth, metric (None where there is none)"""
    files = sorted(name for name in os.listdir(path) if name.endswith((".npy", ".fvecs", ".bvecs", ".ivecs", ".hdf5", ".h5")))
    inner = [name for name in files if name.endswith((".hdf5", ".h5"))]
    if len(inner) == 1:
        return read_hdf5(os.path.join(path, inner[0]))
    found = {}
    for name in files:
        role = next((role for role, pattern in ROLES if re.search(pattern, name.lower())), None)
        if role is None and len(files) == 1:
            role = "base"
        if role in found and role != "truth":
            raise FormatError(f"{path}: {found[role]} and {name} both look like the {role}; name one of the files")
        if role:
            found.setdefault(role, name)
    rows = next((found[role] for role in ("base", "train", "learn") if role in found), None)
    if rows is None:
        raise FormatError(f"{path}: no file named like base, train or learn among {', '.join(files) or 'no matrices'}")
    metric = None
    if os.path.exists(os.path.join(path, "meta.json")):
        with open(os.path.join(path, "meta.json")) as file:
            meta = json.load(file)
        metric = meta.get("metric") or meta.get("distance")
        if metric is not None and metric not in METRICS:
            raise FormatError(f"{path}/meta.json: metric {metric!r} is none of {', '.join(sorted(METRICS))}")
    def matrix(role):
        return read_matrix(os.path.join(path, found[role])) if role in found else None
    return read_matrix(os.path.join(path, rows)), matrix("queries"), matrix("truth"), metric and METRICS[metric]
