#!/usr/bin/env python3
"""Every lineage engine on the same graph and the same questions, in one run, as one Markdown table.

  lineage_peers.py DIR --plug "arcanea=CMD {dir}" [--plug "prototype=CMD {dir}"] [--engines a,b]
                   [--timeout 240] [--budget 4] [--json FILE] [--markdown FILE]
  lineage_peers.py check [--engines a,b]      says which peers are installed, and the pip line for the others

DIR is what lineage_gen.py writes. The engines are those of lineage_bench.py, each in a process of its own, one after the
other; a plug-in is any command that prints the JSON line described there. The first plug-in is the reference: an operation
counts as checked when its number of questions, its count and its sum are the reference's. An engine that runs out of time
keeps the operations that it finished.
"""
import argparse, ast, importlib.util, json, os, re, subprocess, sys, time

# Name -> (module that must be there, what pip calls it). SQLite comes with Python.
PEERS = {
    "networkit": ("networkit", "networkit"),
    "rustworkx": ("rustworkx", "rustworkx"),
    "igraph": ("igraph", "igraph"),
    "kuzu": ("kuzu", "kuzu"),
    "sqlite": ("sqlite3", None),
}
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
    print(f"{name}: done in {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
    return result


def is_equal(operation, reference):
    return all(operation.get(key) == reference.get(key) for key in ("n", "count", "sum"))


def agreement(result, reference, rows):
    """(equal, compared, names of the operations that differ); unfinished operations are not compared."""
    equal, different = 0, []
    for row in rows:
        ours, theirs = reference["ops"].get(row), result["ops"].get(row)
        if not ours or not theirs or "p50_us" not in theirs or theirs.get("partial") or "error" in theirs:
            continue
        if is_equal(theirs, ours):
            equal += 1
        else:
            different.append(row)
    return equal, equal + len(different), different


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def cell(operation):
    if not operation:
        return "-"
    if "p50_us" not in operation:
        return "error" if "error" in operation else "-"
    return number(operation["p50_us"]) + ("*" if operation.get("partial") else "")


def table(results, rows):
    reference = results[0]
    head = ["engine", "load s", "B/edge"] + rows + ["top-10 s", "new works/s", "late edges/s", "answers equal"]
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
        equal, compared, different = agreement(result, reference, rows)
        verdict = "reference" if result is reference else f"{equal}/{compared}"
        cells.append(verdict + (" (!) " + ", ".join(different) if different else ""))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def notes(results, skipped, budget):
    lines = [f"Median µs per question. * stopped after {budget} s, median of the questions answered until then, not compared."]
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
    results = []
    for plug in options.plug:
        name, command = plug.split("=", 1)
        shell = ["sh", "-c", command.replace("{dir}", options.dir)]
        results.append(run(name, shell, options.timeout, environment))
    for engine in engines:
        command = [sys.executable, lineage_bench.__file__, "engine", engine, options.dir]
        results.append(run(engine, command, options.timeout, environment))
    if not results:
        sys.exit("lineage peers: nothing to run")
    graph = json.load(open(os.path.join(options.dir, "meta.json")))
    title = f"### {os.path.basename(os.path.normpath(options.dir))}: {graph['n']:,} works, {graph['m']:,} credits"
    report = "\n\n".join(
        [title, table(results, lineage_bench.ROWS), notes(results, skipped, f"{options.budget:g}")])
    print(report)
    if options.json:
        json.dump(results, open(options.json, "w"))
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write(report + "\n")
    # A result that differs from the reference is a failure of the run, not a footnote.
    if any(agreement(result, results[0], lineage_bench.ROWS)[2] for result in results):
        sys.exit(1)


if __name__ == "__main__":
    main()
