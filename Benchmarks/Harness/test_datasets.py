#!/usr/bin/env python3
"""Tests of the data set converters: `python3 test_datasets.py` or `Tools/bench selftest`."""
import io
import json
import os
import struct
import sys
import tempfile
import unittest
from contextlib import redirect_stderr

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import datasets
import growth_data
from exact_neighbors import neighbors, smallest
from vector_files import FormatError

SEED = int(os.environ.get("ARCANEA_TEST_SEED") or struct.unpack("<I", os.urandom(4))[0])


def oracle(base, queries, metric, k):
    """One query after the other, in float64."""
    base, out = np.asarray(base, "f8"), []
    for query in np.asarray(queries, "f8"):
        if metric == "l2":
            keys = ((base - query) ** 2).sum(1)
        else:
            length = np.linalg.norm(base, axis=1) * np.linalg.norm(query) if metric == "cos" else 1
            keys = -(base @ query) / np.maximum(length, 1e-12)
        out.append(np.argsort(keys, kind="stable")[:k])
    return np.array(out)


def write_vecs(path, rows):
    with open(path, "wb") as file:
        for row in rows:
            file.write(struct.pack("<i", len(row)) + row.tobytes())


class DatasetTests(unittest.TestCase):
    def setUp(self):
        self.random = np.random.default_rng(SEED)
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder, self.cache = temporary.name + "/in", temporary.name + "/cache"
        os.mkdir(self.folder)
        self.base = self.random.normal(size=(700, 20)).astype("f4")
        self.queries = self.random.normal(size=(30, 20)).astype("f4")

    def path(self, name):
        return os.path.join(self.folder, name)

    def prepare(self, name="", metric=None):
        with redirect_stderr(io.StringIO()) as self.said:
            return datasets.prepare(self.path(name) if name else self.folder, metric, self.cache)

    def meta(self, folder):
        with open(folder + "/meta.json") as file:
            return json.load(file)

    def expect(self, folder, base, queries, metric, kind, truth):
        np.testing.assert_array_equal(np.load(f"{folder}/base.{kind}.npy"), base)
        np.testing.assert_array_equal(np.load(f"{folder}/queries.{kind}.npy"), queries)
        np.testing.assert_array_equal(np.load(f"{folder}/gt.i32.npy")[:, :10], oracle(base, queries, metric, 10))
        self.assertEqual(self.meta(folder)["metric"], metric)
        self.assertEqual(self.meta(folder)["truth"], truth)

    def test_smallest_equals_sorting(self):
        for columns, k in ((1, 3), (7, 7), (50, 10), (640, 10), (5003, 10), (4096, 100)):
            keys = self.random.integers(0, 40, (9, columns)).astype("f4") if columns < 100 else self.random.normal(size=(9, columns))
            expected = np.argsort(keys, axis=1, kind="stable")[:, :k]
            got = smallest(keys, k)
            np.testing.assert_array_equal(np.take_along_axis(keys, got, 1), np.take_along_axis(keys, expected, 1))
            self.assertTrue(all(len(set(row)) == min(k, columns) for row in got))

    def test_neighbors_equal_the_oracle_across_blocks(self):
        for metric in ("ip", "cos", "l2"):
            got = neighbors(self.base, self.queries, metric, 12, block=64, batch=7)
            np.testing.assert_array_equal(got, oracle(self.base, self.queries, metric, 12))

    def test_fewer_rows_than_neighbors(self):
        got = neighbors(self.base[:4], self.queries, "l2", 6)
        np.testing.assert_array_equal(got[:, :4], oracle(self.base[:4], self.queries, "l2", 4))
        self.assertTrue((got[:, 4:] == -1).all())

    def test_fvecs_folder_keeps_its_ground_truth(self):
        write_vecs(self.path("x_base.fvecs"), self.base)
        write_vecs(self.path("x_query.fvecs"), self.queries)
        write_vecs(self.path("x_groundtruth.ivecs"), oracle(self.base, self.queries, "l2", 50).astype("<i4"))
        write_vecs(self.path("x_learn.fvecs"), self.queries)
        folder = self.prepare()
        self.expect(folder, self.base, self.queries, "l2", "f32", "given")
        stamp = os.stat(folder).st_ino
        self.assertEqual(self.prepare(), folder)
        self.assertEqual(os.stat(folder).st_ino, stamp, "converted twice")

    def test_wrong_ground_truth_is_made_again(self):
        write_vecs(self.path("base.fvecs"), self.base)
        write_vecs(self.path("query.fvecs"), self.queries)
        write_vecs(self.path("gt.ivecs"), oracle(-self.base, self.queries, "l2", 10).astype("<i4"))
        self.expect(self.prepare(), self.base, self.queries, "l2", "f32", "computed")
        self.assertIn("computed anew", self.said.getvalue())

    def test_bvecs_stay_bytes(self):
        base = self.random.integers(0, 256, (400, 20)).astype("u1")
        write_vecs(self.path("base.bvecs"), base)
        write_vecs(self.path("query.bvecs"), base[:20] ^ 1)
        folder = self.prepare()
        np.testing.assert_array_equal(np.load(folder + "/base.u8.npy"), base)
        truth = np.load(folder + "/gt.i32.npy")[:, :1]
        wanted = oracle(base, base[:20] ^ 1, "l2", 1)
        distance = lambda ids: ((base[ids[:, 0]].astype("i4") - (base[:20] ^ 1).astype("i4")) ** 2).sum(1)
        np.testing.assert_array_equal(distance(truth), distance(wanted))

    def test_hdf5_angular(self):
        try:
            import h5py
        except ImportError:
            self.skipTest("no h5py")
        with h5py.File(self.path("set.hdf5"), "w") as file:
            file["train"], file["test"] = self.base, self.queries
            file["neighbors"] = oracle(self.base, self.queries, "cos", 40)
            file["distances"] = np.zeros((30, 40), "f4")
            file.attrs["distance"] = "angular"
        self.expect(self.prepare("set.hdf5"), self.base, self.queries, "cos", "f32", "given")
        with h5py.File(self.path("bits.hdf5"), "w") as file:
            file["train"], file["test"] = self.base, self.queries
            file.attrs["distance"] = "hamming"
        with self.assertRaisesRegex(FormatError, "hamming"):
            self.prepare("bits.hdf5")
        with h5py.File(self.path("half.hdf5"), "w") as file:
            file["train"] = self.base
        with self.assertRaisesRegex(FormatError, "test"):
            self.prepare("half.hdf5")

    def test_single_npy_holds_out_queries_and_sees_unit_rows(self):
        rows = (self.base / np.linalg.norm(self.base, axis=1, keepdims=True)).astype("f2")
        np.save(self.path("rows.npy"), rows)
        folder = self.prepare("rows.npy")
        base, queries = np.load(folder + "/base.f16.npy"), np.load(folder + "/queries.f16.npy")
        self.assertEqual((len(base), len(queries), self.meta(folder)["metric"]), (630, 70, "ip"))
        together = {row.tobytes() for row in base} | {row.tobytes() for row in queries}
        self.assertEqual(together, {row.tobytes() for row in rows}, "rows lost or kept twice")

    def test_float64_and_metric_override(self):
        np.save(self.path("train.npy"), self.base.astype("f8"))
        np.save(self.path("test.npy"), self.queries.astype("f8"))
        first, second = self.prepare(metric="ip"), self.prepare(metric="cos")
        self.assertNotEqual(first, second)
        self.expect(first, self.base, self.queries, "ip", "f32", "computed")
        self.expect(second, self.base, self.queries, "cos", "f32", "computed")

    def test_harness_folder_is_used_as_it_is(self):
        np.save(self.path("base.f32.npy"), self.base)
        np.save(self.path("queries.f32.npy"), self.queries)
        self.assertNotEqual(self.prepare(), self.folder)
        np.save(self.path("gt.i32.npy"), oracle(self.base, self.queries, "l2", 10).astype("i4"))
        self.assertEqual(self.prepare(), self.folder)

    def test_damaged_files_are_named(self):
        write_vecs(self.path("base.fvecs"), self.base)
        with open(self.path("base.fvecs"), "rb") as file:
            whole = file.read()
        other = bytearray(whole)
        other[84:88] = struct.pack("<i", 19)
        not_finite = bytearray(whole)
        not_finite[84 * 3 + 4:84 * 3 + 8] = struct.pack("<f", float("nan"))
        for content, message in ((whole[:-5], "multiple"), (b"", "too short"), (struct.pack("<i", -1), "dimensions"),
                                 (bytes(other), "row 1 "), (bytes(not_finite), "row 3 ")):
            with open(self.path("base.fvecs"), "wb") as file:
                file.write(content)
            with self.assertRaisesRegex(FormatError, message):
                self.prepare("base.fvecs")
        self.assertFalse(os.path.exists(self.cache) and os.listdir(self.cache), "a refused file left something behind")
        with open(self.path("x.npy"), "wb") as file:
            file.write(b"no array")
        for name in ("x.npy", "x.txt", "absent"):
            with self.assertRaises((FormatError, OSError)):
                self.prepare(name)

    def test_different_dimensions(self):
        np.save(self.path("base.npy"), self.base)
        np.save(self.path("query.npy"), self.queries[:, :19])
        with self.assertRaisesRegex(FormatError, "20 dimensions, queries have 19"):
            self.prepare()


class GrowthDataTests(unittest.TestCase):
    def test_local_dimension_of_a_sphere(self):
        random = np.random.default_rng(SEED)
        rows = np.zeros((6000, 24), "f4")
        rows[:, :7] = random.normal(size=(6000, 7))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        with tempfile.TemporaryDirectory() as folder:
            datasets.write(folder + "/s", rows[300:].astype("f2"), rows[:300].astype("f2"), None, "ip", "sphere")
            self.assertAlmostEqual(growth_data.local_dimension(folder + "/s"), 6, delta=0.8)

    def test_nested_seeded_unit_and_between_neighbors(self):
        random = np.random.default_rng(SEED)
        centers = random.normal(size=(30, 16))
        real = centers[random.integers(0, 30, 1500)] + 0.3 * random.normal(size=(1500, 16))
        real = (real / np.linalg.norm(real, axis=1, keepdims=True)).astype("f4")
        with tempfile.TemporaryDirectory() as cache, redirect_stderr(io.StringIO()):
            sizes = [500, 4000]
            folders = growth_data.make(real, sizes, 100, cache + "/a", seed=3)
            again = growth_data.make(real, sizes, 100, cache + "/b", seed=3)
            small, large = (np.load(f + "/base.f16.npy").astype("f4") for f in folders)
            queries = np.load(folders[0] + "/queries.f16.npy").astype("f4")
            np.testing.assert_array_equal(large[:500], small)
            np.testing.assert_array_equal(large, np.load(again[1] + "/base.f16.npy"))
            np.testing.assert_array_equal(queries, np.load(folders[1] + "/queries.f16.npy"))
            np.testing.assert_allclose(np.linalg.norm(large, axis=1), 1, atol=2e-3)
            self.assertGreater((1 - (large @ real.T).max(1)).max(), 1e-3, "nothing was interpolated")
            random_pairs = (real @ real.T).mean(1)
            self.assertGreater(np.median((large @ real.T).max(1)), random_pairs.max() + 0.2, "not near the real ones")
            held_out = {row.tobytes() for row in np.load(folders[0] + "/queries.f16.npy")}
            self.assertFalse(held_out & {row.tobytes() for row in np.load(folders[1] + "/base.f16.npy")})
            for folder, base in zip(folders, (small, large)):
                got, wanted = np.load(folder + "/gt.i32.npy")[:, :10], oracle(base, queries, "ip", 10)
                scores = np.einsum("qkd,qd->qk", base[got], queries)
                np.testing.assert_allclose(scores, np.einsum("qkd,qd->qk", base[wanted], queries), atol=1e-5)


if __name__ == "__main__":
    print(f"seed {SEED} (ARCANEA_TEST_SEED repeats it)", file=sys.stderr)
    unittest.main()
