#!/usr/bin/env python3
"""Every lineage engine on the same graph and the same questions, in one run, as one Markdown table.

  lineage_peers.py DIR --plug "arcanea=CMD {dir}" [--plug "prototype=CMD {dir}"] [--engines a,b]
                   [--rounds 3] [--timeout 240] [--budget 4] [--json FILE] [--markdown FILE]
  lineage_peers.py check [--engines a,b]      says which peers are installed, and the pip line for the others

DIR is what lineage_gen.py writes. The engines are those of lineage_bench.py, each in a process of its own, one after the
other; a plug-in is any command that prints the JSON line described there. The first plug-in is the reference: an operation
counts as checked when its number of questions, its count and its sum are the reference's. An engine that runs out of time
keeps the operations that it finished.

Plug-ins run in turn, --rounds times over (A B A B), and every figure of theirs is the median of the rounds; the second table
divides those of the first one by those of the second.
"""
import argparse, ast, importlib.util, json, os, re, statistics, subprocess, sys, time

# Name -> (module that must be there, what pip calls it). SQLite comes with Python.
PEERS = {
    "networkit": ("networkit", "networkit"),
    "rustworkx": ("rustworkx", "rustworkx"),
    "igraph": ("igraph", "igraph"),
    "kuzu": ("kuzu", "kuzu"),
    "sqlite": ("sqlite3", None),
}
# What is measured of an operation.
FIGURES = ("p50_us", "p95_us", "mean_us", "exact_s", "per_s")
OPERATION_LINE = re.compile(r"^(\w+) (\{.*\})$")


def installed(engines):
    """The engines that can run; says visibly what is left out and how to get it."""
    unknown = [engine for engine in engines if engine not in PEERS]
    if unknown:
        sys.exit(f"lineage peers: unknown engine {unknown[0]}; known: {', '.join(PEERS)}")
    missing = [engine for engine in engines if importlib.util.find_spec(PEERS[engine][0]) is None]
    if missing:
        packages = " ".join(PEERS[engine][1] or engine for engine in missing)
        print(f"lineage peers: SKIPPED, not installed: {', '.join(missing)}", file=sys.stderr)
        print(f"lineage peers: to have them: {sys.executable} -m pip install {packages}", file=sys.stderr)
    return [engine for engine in engines if engine not in missing], missing


def text(output):
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""


def finished_operations(log):
    """Operations that an engine reported on standard error before it was stopped."""
    operations = {}
    for line in log.splitlines():
        match = OPERATION_LINE.match(line.strip())
        if match:
            try:
                operations[match[1]] = ast.literal_eval(match[2])
            except (ValueError, SyntaxError):
                pass
    return operations


def run(name, command, timeout, environment):
    started = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment)
    except subprocess.TimeoutExpired as stopped:
        operations = finished_operations(text(stopped.stderr))
        print(f"{name}: stopped after {timeout:.0f} s, {len(operations)} operations finished", file=sys.stderr)
        return {"engine": name, "ops": operations, "stopped_s": timeout}
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        operations = finished_operations(done.stderr)
        print(f"{name}: failed ({done.returncode}): {done.stderr.strip()[-400:]}", file=sys.stderr)
        return {"engine": name, "ops": operations, "failed": done.returncode}
    result = json.loads(lines[-1])
    result["engine"] = name
    # Remarks between the operations are no operations.
    result["ops"] = {key: value for key, value in result["ops"].items() if isinstance(value, dict)}
    # Some tell the time of their labels apart.
    result["load_s"] = result.get("load_s", 0) + result.pop("label_s", 0)
    print(f"{name}: done in {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
    return result


def median_of(rounds):
    """One result whose figures are the medians of several; counts and sums are those of the first."""
    result = rounds[0]
    complete = [other for other in rounds if "load_s" in other]
    if len(complete) < 2:
        return result
    result["load_s"] = statistics.median(other["load_s"] for other in complete)
    for name, operation in result["ops"].items():
        for key in FIGURES:
            values = [other["ops"][name][key] for other in complete if key in other["ops"].get(name, {})]
            if values:
                operation[key] = statistics.median(values)
    return result


def is_equal(name, operation, reference):
    keys = ("n", "true_share") if name == "isanc_cold" else ("n", "count", "sum")
    if name in ("attr_exact", "attr_eps"):
        keys = ("n", "count")
    return all(operation.get(key) == reference.get(key) for key in keys)


def agreement(result, reference, rows):
    """(equal, compared, names of the operations that differ); unfinished operations are not compared."""
    equal, different = 0, []
    for row in rows:
        ours, theirs = reference["ops"].get(row), result["ops"].get(row)
        if not ours or not theirs or theirs.get("partial") or "error" in theirs:
            continue
        if is_equal(row, theirs, ours):
            equal += 1
        else:
            different.append(row)
    return equal, equal + len(different), different


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def cell(operation):
    if not operation:
        return "-"
    figure = operation.get("p50_us", operation.get("mean_us"))
    if figure is None:
        return "error" if "error" in operation else "-"
    return number(figure) + ("*" if operation.get("partial") else "")


def table(results, rows, extra):
    reference = results[0]
    head = ["engine", "load s", "B/edge"] + rows + ["top-10 s", "new works/s", "late edges/s"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for result in results:
        operations = result["ops"]
        cells = [f"{result['engine']} {result.get('version', '')}".strip()]
        cells.append(f"{result['load_s']:.2f}" if "load_s" in result else "-")
        cells.append(f"{result['bytes_per_edge']:.1f}" if "bytes_per_edge" in result else "-")
        cells += [cell(operations.get(row)) for row in rows]
        cells.append(f"{operations['topk']['exact_s']:.2f}" if "topk" in operations else "-")
        for row in ("ins_node", "ins_late"):
            rate = operations.get(row, {}).get("per_s")
            cells.append("-" if rate is None else f"{rate:,.0f}")
        lines.append("| " + " | ".join(cells) + " |")
    head = ["engine"] + extra + ["answers equal"]
    lines += ["", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for result in results:
        cells = [result["engine"]] + [cell(result["ops"].get(row)) for row in extra]
        equal, compared, different = agreement(result, reference, rows + extra)
        verdict = "reference" if result is reference else f"{equal}/{compared}"
        cells.append(verdict + (" (!) " + ", ".join(different) if different else ""))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def ratios(first, second):
    """The first engine's time by the second's, operation by operation: below 1 the first is faster."""
    found = []
    if first.get("load_s") and second.get("load_s"):
        found.append(("load", first["load_s"] / second["load_s"]))
    for name, ours in first["ops"].items():
        theirs = second["ops"].get(name, {})
        for key in ("p50_us", "exact_s", "per_s", "mean_us"):
            if ours.get(key) and theirs.get(key):
                found.append((name, theirs[key] / ours[key] if key == "per_s" else ours[key] / theirs[key]))
                break
    worst = max(found, key=lambda pair: pair[1])
    head = f"{first['engine']} / {second['engine']}, time of each operation (worst: {worst[0]} {worst[1]:.2f}):"
    return head + "\n\n" + ", ".join(f"{name} {ratio:.2f}" for name, ratio in found)


def notes(results, skipped, budget):
    lines = [f"Median µs per question; isanc_cold: mean over 200,000 pairs once through. * stopped after {budget} s, median of the questions answered until then, not compared."]
    for result in results:
        if "stopped_s" in result:
            lines.append(f"{result['engine']}: stopped after {result['stopped_s']:.0f} s; a dash was not reached.")
        if "failed" in result:
            lines.append(f"{result['engine']}: failed with status {result['failed']}.")
    if skipped:
        lines.append(f"Not installed, left out: {', '.join(skipped)}.")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir")
    parser.add_argument("--plug", action="append", default=[])
    parser.add_argument("--engines", default=",".join(PEERS))
    parser.add_argument("--rounds", type=int, default=3, help="times that the plug-ins are run, in turn")
    parser.add_argument("--timeout", type=float, default=240)
    parser.add_argument("--budget", type=float, default=4, help="seconds per operation")
    parser.add_argument("--json")
    parser.add_argument("--markdown")
    options = parser.parse_args()
    engines, skipped = installed([engine for engine in options.engines.split(",") if engine])
    if options.dir == "check":
        print("installed: " + (", ".join(engines) or "none"))
        return
    # Imported here, because it needs numpy and `check` does not.
    import lineage_bench

    environment = dict(os.environ, LB_BUDGET=str(options.budget))
    rounds = {plug: [] for plug in options.plug}
    for _ in range(max(1, options.rounds)):
        for plug in options.plug:
            name, command = plug.split("=", 1)
            shell = ["sh", "-c", command.replace("{dir}", options.dir)]
            rounds[plug].append(run(name, shell, options.timeout, environment))
    results = [median_of(rounds[plug]) for plug in options.plug]
    for engine in engines:
        command = [sys.executable, lineage_bench.__file__, "engine", engine, options.dir]
        results.append(run(engine, command, options.timeout, environment))
    if not results:
        sys.exit("lineage peers: nothing to run")
    graph = json.load(open(os.path.join(options.dir, "meta.json")))
    title = f"### {os.path.basename(os.path.normpath(options.dir))}: {graph['n']:,} works, {graph['m']:,} credits"
    parts = [title, table(results, lineage_bench.ROWS, lineage_bench.EXTRA)]
    if len(options.plug) > 1:
        parts.append(ratios(results[0], results[1]))
    report = "\n\n".join(parts + [notes(results, skipped, f"{options.budget:g}")])
    print(report)
    if options.json:
        json.dump(results, open(options.json, "w"))
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write(report + "\n")
    # A result that differs from the reference is a failure of the run, not a footnote.
    if any(agreement(result, results[0], lineage_bench.ROWS + lineage_bench.EXTRA)[2] for result in results):
        sys.exit(1)


if __name__ == "__main__":
    main()
