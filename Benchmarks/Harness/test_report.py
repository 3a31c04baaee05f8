#!/usr/bin/env python3
"""Tests of the report's parts, with the exact example plug-in in our place: `python3 test_report.py` or `Tools/bench selftest`."""
import io
import json
import os
import shlex
import struct
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from contextlib import redirect_stderr

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import ann_bench
import bench_steps
import growth
import report_tables
import sample_data

SEED = int(os.environ.get("ARCANEA_TEST_SEED") or struct.unpack("<I", os.urandom(4))[0])


class FigureTests(unittest.TestCase):
    def test_exponent_of_a_power_law(self):
        rows = [{"n": n, "hops": 3 * n ** 0.21} for n in (10_000, 30_000, 100_000, 1_000_000)]
        self.assertAlmostEqual(growth.exponent(rows, "hops"), 0.21, places=9)
        rows.append({"n": 100, "hops": 0, "exactDistances": 100})
        self.assertAlmostEqual(growth.exponent(rows, "hops"), 0.21, places=9, msg="a scanned size was fitted")
        self.assertIsNone(growth.exponent(rows, "exactDistances"))

    def test_work_at_a_recall_lies_between_the_settings(self):
        points = [{"point": ef, "recall": recall, "qps": qps, "per_query": {"hops": hops}}
                  for ef, recall, qps, hops in ((10, .90, 8000, 20), (20, .94, 4000, 40), (40, .96, 2000, 80), (50, .955, 1000, 90))]
        values = growth.at_recall({"curve": points}, .95)
        self.assertAlmostEqual(values["qps"], (4000 * 2000) ** .5)
        self.assertAlmostEqual(values["hops"], (40 * 80) ** .5)
        self.assertIsNone(growth.at_recall({"curve": points}, .97))
        self.assertFalse(growth.at_recall({"curve": points}, .85)["bracketed"])

    def test_counters_become_means(self):
        self.assertEqual(ann_bench.per_query({"queries": 4, "hops": 10, "bytesTouched": 8}), {"per_query": {"hops": 2.5, "bytesTouched": 2}})
        for nothing in (None, {}, {"queries": 0, "hops": 1}):
            self.assertEqual(ann_bench.per_query(nothing), {})

    def test_labels_keep_their_distance_and_order(self):
        try:
            from report_plots import spread_out
        except ImportError:
            self.skipTest("no matplotlib")
        random = np.random.default_rng(SEED)
        for count in (1, 2, 9):
            places = sorted(random.uniform(0, .3, count))
            moved = spread_out(list(places), .05)
            self.assertEqual(len(moved), count)
            self.assertTrue((np.diff(moved) > .05 - 1e-9).all())
        self.assertEqual(spread_out([.1, .5], .05), [.1, .5])


class SampleTests(unittest.TestCase):
    def test_like_texts_are_near(self):
        texts = [f"{a} {b}" for a in ("red apple tree", "blue whale ocean") for b in ("one", "two", "three", "four", "five", "six")]
        rows = sample_data.vectors(texts, 4, np.random.default_rng(SEED))
        alike = rows @ rows.T
        self.assertGreater(alike[:6, :6].min(), alike[:6, 6:].max())


class StepTests(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        environment = unittest.mock.patch.dict(os.environ, ARCANEA_BENCH_CACHE=temporary.name + "/cache")      # nothing in the user's
        environment.start()
        self.addCleanup(environment.stop)
        random, self.data = np.random.default_rng(SEED), temporary.name + "/data"
        os.mkdir(self.data)
        for name, count in (("base", 600), ("queries", 40)):
            rows = random.normal(size=(count, 12)).astype("f4")
            np.save(f"{self.data}/{name}.f32.npy", rows / np.linalg.norm(rows, axis=1, keepdims=True))
        with open(self.data + "/meta.json", "w") as file:
            json.dump({"metric": "ip"}, file)
        self.plugin = shlex.join([sys.executable, os.path.join(HERE, "ann_plugin_example.py")])

    def step(self, depends="", redo=(), peer="brute-numpy"):
        steps = bench_steps.Steps(self.folder + "/steps", redo)
        with redirect_stderr(io.StringIO()):
            result = steps.run("curve-x", "curve", self.folder + "/ready", ["--peers", peer, "--min-s", "0.01"], [depends])
        return result, steps.records[-1]

    def test_steps_are_kept_until_something_changes(self):
        os.rename(self.data, self.folder + "/ready")
        result, record = self.step()
        self.assertIsNone(record["error"], record)
        self.assertEqual(max(point["recall"] for point in result["results"][0]["curve"]), 1)
        self.assertNotIn("reused", record)
        self.assertTrue(self.step()[1].get("reused"))
        self.assertNotIn("reused", self.step(depends="other plug-in")[1])
        self.assertNotIn("reused", self.step(depends="other plug-in", redo=["curve"])[1])
        result, record = self.step(peer="no-such-peer")
        self.assertIsNone(result)
        self.assertIn("no-such-peer", record["error"])
        self.assertNotIn("reused", self.step(peer="no-such-peer")[1], "a failure was kept")

    def report(self, *more):
        done = subprocess.run([sys.executable, os.path.join(HERE, "report.py"), "--plugin", self.plugin, "--data", self.data, "--quick", "--out",
                               self.folder + "/out", "--modes", "curve,duel,filter,churn", *more], capture_output=True, text=True)
        with open(self.folder + "/out/report.md") as file:
            return done, file.read()

    def test_report_end_to_end_with_a_failing_peer(self):
        done, text = self.report("--peers", "brute-numpy,no-such-peer")
        self.assertEqual(done.returncode, 0, done.stderr)
        for wanted in ("### Duel", "### Curves", "### Filter", "### Churn", "no-such-peer", "**arcanea**", "| brute-numpy |"):
            self.assertIn(wanted, text)
        self.assertNotIn("kept", text)
        done, text = self.report("--peers", "brute-numpy,no-such-peer")
        self.assertEqual(text.count("| kept |"), 6, text)
        duel = bench_steps.read(next(os.path.join(folder, "duel.json") for folder, _, files in os.walk(self.folder + "/out") if "duel.json" in files))
        best = {row["peer"]: max(point["recall"] for point in row["curve"]) for row in duel["results"]}
        self.assertEqual(best, {"brute-numpy": 1.0, "arcanea": 1.0})

    def test_our_own_failure_is_the_reports(self):
        self.plugin = shlex.join([sys.executable, "-c", "raise SystemExit(3)"])
        done, text = self.report("--peers", "brute-numpy")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("arcanea", text.split("### Failed or left out")[1])


class TableTests(unittest.TestCase):
    def test_duel_ratio_is_to_the_best_peer_at_that_recall(self):
        def row(peer, fast, exact):
            curve = [{"point": 1, "recall": .95, "qps": fast, "min": fast, "max": fast}, {"point": 2, "recall": .99, "qps": exact, "min": exact, "max": exact}]
            return {"peer": peer, "config": {}, "build_s": 1, "bytes": 1e6, "curve": curve, "at": {str(t): ann_bench.at(curve, t) for t in (.95, .99, .995)}}
        text = report_tables.duel({"results": [row("a", 1000, 100), row("b", 500, 400), row("arcanea", 1300, 200)], "failed": {"c": "ended"}})
        self.assertIn("1,300 (1.30×) | 200 (0.50×) | – |", text)
        self.assertIn("c failed: ended", text)

    def test_filter_names_rows_that_break_the_filter(self):
        result = {"peer": "a", "filter": [{"sel": .1, "kind": "far", "curve": [{"recall": .8, "qps": 10, "violations": 2}]}]}
        text = report_tables.filters([result])
        self.assertIn("(recall 0.80 at 10)", text)
        self.assertIn("a returned 2 rows that the filter excludes", text)


if __name__ == "__main__":
    print(f"seed {SEED} (ARCANEA_TEST_SEED repeats it)", file=sys.stderr)
    unittest.main()
