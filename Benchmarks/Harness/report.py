#!/usr/bin/env python3
"""The report of the vector index: ours and its peers, measured by ann_bench.py, as tables and plots in one folder.

    report.py --plugin CMD --data PATH.. --out FOLDER [--from CURVES.json].. [--peers a,b] [--modes curve,duel,filter,churn,growth]
              [--redo duel,..] [--quick] [--core 1] [--clock wall|cpu] [--rounds 5] [--cycles 5] [--growth-source FOLDER] [--growth-sizes 10000,..]

PATH is anything that datasets.py converts. Each mode is a set of steps, one per engine (the duel is one step: all engines resident on
one core, rounds A B C A B C); a step that is done is kept until its arguments, its data or our plug-in change, so the report can
be stopped and started again. A failing peer is named in the report and fails nothing else; our own failure ends with exit code 1.
Peers' curves come from --from files of the same set (n, dimension, metric), else are measured. Writes report.md, SET/*.json, plots/.
"""
import argparse
import importlib.util
import json
import os
import re
import shlex
import sys
import time

import bench_steps
import datasets
import report_tables as tables
from bench_steps import say
from growth import markdown as growth_markdown
from report_tables import OURS

CONTENDERS = ("symqg", "svs-f16", "scann", "faiss-ivfpqfs-refine", "faiss-hnsw-sq8", "faiss-hnsw", "usearch-f16", "hnswlib")
FILTERING = ("hnswlib", "faiss-hnsw", "faiss-ivfflat", "brute-numpy")
CHURNING = ("hnswlib", "usearch-f32")
MODES = ("curve", "duel", "filter", "churn", "growth")
MODULES = {"symqg": "rabitqlib", "rabitq": "rabitqlib", "svs": "svs", "scann": "scann", "faiss": "faiss", "usearch": "usearch",
           "vsag": "pyvsag", "hnswlib": "hnswlib", "voyager": "voyager", "annoy": "annoy", "lorann": "lorann", "turbovec": "turbovec"}


def installed(engine):
    module = next((module for prefix, module in MODULES.items() if engine.startswith(prefix)), None)
    return module is None or importlib.util.find_spec(module) is not None


class SetReport:
    """The steps of one data set."""

    def __init__(self, options, path):
        self.options, self.folder = options, datasets.prepare(path)
        self.name = re.sub(r"-[0-9a-f]{10}$", "", os.path.basename(self.folder))
        self.steps = bench_steps.Steps(os.path.join(options.out, self.name), options.redo)
        self.plugin = ["--plugin", f"{OURS}={options.plugin}"]
        self.digest = bench_steps.file_digest(shlex.split(options.plugin)[0])
        self.common = ["--core", options.core, "--clock", options.clock] + (["--min-s", "0.05", "--no-single"] if options.quick else [])
        self.data = shape(self.folder)
        self.results = {}
        self.left_out = [engine for engine in options.contenders if not installed(engine)]

    def engines(self, candidates):
        """Those of the candidates to measure, ours last."""
        if self.options.peers is not None:
            candidates = [engine for engine in candidates if engine in self.options.contenders]
        return [engine for engine in candidates if installed(engine)] + [OURS]

    def one(self, mode, engine, extra):
        ours = engine == OURS
        arguments = ["--peers", "", *self.plugin] if ours else ["--peers", engine]
        return self.steps.run(f"{mode}-{engine}", mode, self.folder, arguments + extra + self.common, [self.digest] if ours else [])

    def curve(self):
        """Ours, and the peers whose curves are not given."""
        given = self.given_curves()
        known = {result["peer"] for result in given}
        results = []
        for engine in [engine for engine in self.engines(self.options.contenders) if engine not in known]:
            found = self.one("curve", engine, ["--quick"] if self.options.quick else ["--b2"])
            results += [{**result, "origin": "this run"} for result in (found or {}).get("results", [])]
        self.results["curve"] = given + results
        with open(os.path.join(self.steps.folder, "curves.json"), "w") as file:
            json.dump({**self.data, "results": self.results["curve"]}, file)

    def given_curves(self):
        results = []
        for path in self.options.curves:
            found = bench_steps.read(path) or {}
            if all(found.get(name) == self.data[name] for name in ("n", "d", "metric")):
                results += [{**result, "origin": os.path.basename(path)} for result in found["results"] if result["peer"] != OURS and result.get("curve")]
        return results

    def duel(self):
        """Needs the curves, which say the peers' best settings."""
        if "curve" not in self.results:
            self.curve()
        peers = [engine for engine in self.engines([result["peer"] for result in tables.best_configurations(self.results["curve"])]) if engine != OURS]
        curves = [[result["peer"], result["config"], [point.get("recall") for point in result["curve"]]] for result in self.results["curve"] if result["peer"] != OURS and result.get("curve")]
        quick = ["--rounds", "2", "--targets", "0.9,0.95,0.99"] if self.options.quick else ["--rounds", str(self.options.rounds), "--top", str(self.options.top)]
        arguments = ["--from", os.path.join(self.steps.folder, "curves.json"), "--peers", ",".join(peers) or "none", *self.plugin, *quick, *self.common]
        self.results["duel"] = self.steps.run("duel", "duel", self.folder, arguments, [self.digest, json.dumps(curves)])

    def filter(self):
        quick = ["--fnq", "100", "--fmax", "1"] if self.options.quick else []
        runs = [self.one("filter", engine, quick) for engine in self.engines(FILTERING if not self.options.quick else FILTERING[-1:])]
        self.results["filter"] = [result for run in runs for result in run or []]

    def churn(self):
        cycles = ["--cycles", "1" if self.options.quick else str(self.options.cycles)]
        self.results["churn"] = [result for engine in self.engines(CHURNING) for result in self.one("churn", engine, cycles) or []]

    def markdown(self, plots):
        """One section: tables, plots, steps."""
        parts = [f"## {self.name}: {self.data['n']:,} × {self.data['d']}, {self.data['metric']}"]
        def section(title, text, plot=None):
            if text:
                parts.append(f"### {title}")
                parts.extend([f"![{title}](plots/{plots[plot]})"] if plots.get(plot) else [])
                parts.append(text)
        curve, duel = self.results.get("curve"), self.results.get("duel")
        if duel:
            section("Duel: all engines resident on one core, interleaved rounds, medians; queries/s at recall@10", tables.duel(duel))
        if curve:
            section("Curves: queries/s at recall@10, one thread", tables.curves(curve, self.data), "curve")
            section("Build and size", " " if plots.get("build") else None, "build")
            section("Work per query at the first setting with recall ≥ 0.95", tables.counters(curve))
        if self.results.get("filter"):
            section("Filter: queries/s at recall@10 ≥ 0.95", tables.filters(self.results["filter"]), "filter")
        if self.results.get("churn"):
            section("Churn: cycles of delete 20 % and reinsert", tables.churn(self.results["churn"]), "churn")
        errors = [f"- {result['peer']}: {result['error']}" for name in ("curve", "filter", "churn") for result in self.results.get(name) or [] if result.get("error")]
        errors += [f"- {record['name']}: {record['error']}" for record in self.steps.records if record["error"]]
        errors += [f"- {engine}: not installed, not measured here" for engine in self.left_out]
        section("Failed or left out", "\n".join(errors))
        section("Steps", tables.steps(self.steps.records))
        return "\n\n".join(part for part in parts if part.strip())

    def plot(self, folder):
        import report_plots
        plots, curve = {}, self.results.get("curve")
        if curve and any(result.get("curve") for result in curve):
            names = {result["peer"] for result in tables.best_configurations(curve)[:8]} | {OURS, "hnswlib"}
            chosen = [result for result in curve if result["peer"] in names]
            plots["curve"] = report_plots.recall_qps(chosen, self.data, self.name, folder, f"{self.name}-recall-qps")
            plots["build"] = report_plots.build_and_size(curve, self.data, self.name, folder, f"{self.name}-build-size")
        for mode, draw in (("filter", report_plots.filtered), ("churn", report_plots.churned)):
            if self.results.get(mode):
                plots[mode] = draw(self.results[mode], self.name, folder, f"{self.name}-{mode}")
        return {name: file for name, file in plots.items() if file}

    def own_failures(self):
        found = [record for record in self.steps.records if record["error"] and (record["name"] == "duel" or record["name"].endswith(f"-{OURS}"))]
        found += [result for name in ("curve", "filter", "churn") for result in self.results.get(name) or [] if result["peer"] == OURS and result.get("error")]
        return found + ([OURS] if OURS in ((self.results.get("duel") or {}).get("failed") or {}) else [])


def shape(folder):
    import numpy as np
    with open(os.path.join(folder, "meta.json")) as file:
        metric = datasets.METRICS.get(json.load(file).get("metric", "l2"), "l2")
    kind = next(kind for kind in datasets.NAMES if os.path.exists(os.path.join(folder, f"base.{kind}.npy")))
    n, d = np.load(os.path.join(folder, f"base.{kind}.npy"), mmap_mode="r").shape
    return {"n": n, "d": d, "metric": "ip" if metric == "cos" else metric}


def grow(options):
    """The growth curve; small in a quick report. -> its result, or that of an earlier run, or None"""
    import growth
    if "growth" in options.modes:
        sizes = [int(size) for size in options.growth_sizes.split(",")]
        redo = [f"growth-{size}" for size in sizes] if "growth" in options.redo else []
        extra = ["--core", options.core, "--clock", options.clock] + (["--min-s", "0.05", "--no-single"] if options.quick else [])
        growth.run(options.plugin, options.growth_source, options.out, sizes, 300 if options.quick else 2_000, redo=redo, extra=extra)
    result = bench_steps.read(os.path.join(options.out, "growth.json"))
    if result and options.plots:
        growth.plot(result, options.out)
    return result


def head(options):
    from ann_bench import libver
    facts = bench_steps.machine()
    lines = ["# Vector index: measured", f"{time.strftime('%Y-%m-%d %H:%M %Z')}. One thread, recall@10 with ties counted as hits; only ratios within one run mean "
             "anything." + (" **Quick form: tiny set, short clocks; it shows that all parts work, not how fast they are.**" if options.quick else ""),
             tables.table(["machine", ""], [[name, value] for name, value in facts.items()]),
             "Peers: " + (", ".join(f"{name} {version}" for name, version in libver().items()) or "none"), f"    {options.command}"]
    return lines


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--plugin", required=True)
    add("--data", action="append", required=True)
    add("--out", required=True)
    add("--from", dest="curves", action="append", default=[], nargs="+")
    add("--peers", help="instead of " + ", ".join(CONTENDERS) + ("; \"\" for ours alone"))
    add("--modes", default=None)
    add("--redo", default="", help="modes or steps to run again: duel,curve-hnswlib,...")
    add("--quick", action="store_true")
    add("--core", default="1")
    add("--clock", choices=("wall", "cpu"), default="wall", help="cpu: on a machine with other work")
    add("--rounds", type=int, default=5)
    add("--cycles", type=int, default=5)
    add("--top", type=int, default=6)
    add("--growth-source")
    add("--growth-sizes")
    options = parser.parse_args()
    options.curves = [path for paths in options.curves for path in paths]
    options.modes = (options.modes or ("curve,duel,filter,churn,growth" if options.quick else "curve,duel,filter,churn")).split(",")
    unknown = [mode for mode in options.modes if mode not in MODES]
    if unknown:
        parser.error(f"--modes: {unknown[0]!r} is none of {', '.join(MODES)}")
    if missing := [path for path in options.curves if bench_steps.read(path) is None]:
        parser.error(f"--from: {missing[0]} cannot be read as JSON")
    options.redo = [name for name in options.redo.split(",") if name]
    options.contenders = list(CONTENDERS) if options.peers is None else [name for name in options.peers.split(",") if name]
    if options.quick and options.peers is None:
        options.contenders = ["hnswlib"]
    options.growth_source = options.growth_source or datasets.prepare(options.data[0])
    options.growth_sizes = options.growth_sizes or ("2000,5000,10000" if options.quick else "10000,30000,100000,300000,1000000")
    options.plots = importlib.util.find_spec("matplotlib") is not None
    options.command = os.environ.get("ARCANEA_BENCH_COMMAND") or bench_steps.shown(sys.argv)
    return options


def main():
    try:
        options = parse()
        os.makedirs(options.out, exist_ok=True)
        sets = [SetReport(options, path) for path in options.data]
    except (ValueError, OSError) as error:
        raise SystemExit(f"report: {error}")
    parts, failures = head(options), []
    def write(more=()):
        with open(os.path.join(options.out, "report.md"), "w") as file:
            file.write("\n\n".join([*parts, *more]) + "\n")
    for one in sets:
        for mode in [mode for mode in MODES if mode in options.modes and mode != "growth"]:
            getattr(one, mode)()
            write([one.markdown({})])                     # what there is so far, if the run is stopped
        parts.append(one.markdown(one.plot(os.path.join(options.out, "plots")) if options.plots else {}))
        failures += one.own_failures()
    growth = grow(options)
    if growth:
        plot = ["![growth](plots/growth.png)"] if os.path.exists(os.path.join(options.out, "plots", "growth.png")) else []
        parts += [f"## Growth at recall@10 = {growth['recall']}", *plot, growth_markdown(growth), tables.steps(growth["steps"])]
        failures += [record for record in growth["steps"] if record["error"]] if "growth" in options.modes else []
    if not options.plots:
        parts.append("No plots: this Python has no matplotlib.")
    write()
    say(f"{os.path.join(options.out, 'report.md')}" + (f"; {len(failures)} of our own steps failed" if failures else ""))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
