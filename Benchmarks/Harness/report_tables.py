"""Markdown tables of the harness's results."""
from ann_bench import COUNTERS, at, key, pareto

OURS = "arcanea"


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def setting(config):
    """A configuration in short form."""
    if isinstance(config, dict):
        return ", ".join(f"{name}={value}" for name, value in config.items())
    return str(config or "")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def best_configurations(results):
    """The configuration of each engine with most queries/s at recall 0.95 (else 0.90); best engine first."""
    best = {}
    for result in results:
        if result.get("curve") and (result["peer"] not in best or key(result) > key(best[result["peer"]])):
            best[result["peer"]] = result
    return sorted(best.values(), key=key, reverse=True)


def front(result):
    return pareto([point for point in result.get("curve", []) if point.get("recall") and point.get("qps")])


def curves(results, data):
    rows = []
    for result in best_configurations(results):
        points, qps = front(result), result["at"]
        size = result.get("bytes") or 0
        rows.append([mark(result["peer"]) + ("" if result.get("batch", True) else " *"), setting(result["config"]),
                     *(number(qps.get(target)) for target in ("0.9", "0.95", "0.99", "0.995")),
                     f"{points[-1]['recall']:.4f}" if points else "–", number(result.get("build_s"), 1),
                     number(result.get("build2_s"), 1), number(size / 1e6, 1), number(size / data["n"]),
                     number(result["rss_bytes"] / 1e6, 1) if result.get("rss_bytes") else "–", result.get("origin", "this run")])
    head = ["engine", "best configuration", "0.90", "0.95", "0.99", "0.995", "highest recall", "build s, 1 thread", "2 threads",
            "MB", "bytes per vector", "MB resident", "from"]
    return table(head, rows) + "\n\n\\* no batch call: single calls, less what the binding costs on an empty index."


def mark(engine):
    return f"**{engine}**" if engine == OURS else engine


def duel(result):
    """Medians of the interleaved rounds; ratios are ours to the best peer at that recall."""
    targets = sorted({target for row in result["results"] for target in row["at"]}, key=float)
    best = {target: max([row["at"].get(target) or 0 for row in result["results"] if row["peer"] != OURS] or [0]) for target in targets}
    rows = []
    for row in sorted(result["results"], key=key, reverse=True):
        spread = [100 * (point["max"] - point["min"]) / point["qps"] for point in row["curve"]]
        cells = []
        for target in targets:
            value = row["at"].get(target)
            ratio = f" ({value / best[target]:.2f}×)" if row["peer"] == OURS and value and best[target] else ""
            cells.append(number(value) + ratio)
        rows.append([mark(row["peer"]), setting(row["config"]), *cells, number(max(spread or [0])), number(row["build_s"], 1), number(row["bytes"] / 1e6, 1)])
    text = table(["engine", "configuration", *targets, "spread %", "build s", "MB"], rows)
    ours = next((row for row in result["results"] if row["peer"] == OURS), None)
    if ours:
        missed = [target for target in targets if best[target] and not ours["at"].get(target)]
        if missed:
            text += f"\n\n{OURS} did not reach recall {', '.join(missed)}."
    for engine, error in (result.get("failed") or {}).items():
        text += f"\n\n{engine} failed: {error}"
    return text


def filter_cells(result):
    """-> {(share, kind): (queries/s at recall 0.95 or None, highest recall, queries/s there, violations)}"""
    cells = {}
    for row in result.get("filter", []):
        points = [point for point in row["curve"] if "recall" in point]
        if points:
            top = max(points, key=lambda point: point["recall"])
            cells[row["sel"], row["kind"]] = (at(points, .95), top["recall"], top["qps"], sum(point["violations"] for point in points))
    return cells


def filters(results):
    kinds, rows, broken = ("random", "near", "far"), [], []
    engines = {result["peer"]: filter_cells(result) for result in results if result.get("filter")}
    for share in sorted({cell[0] for cells in engines.values() for cell in cells}, reverse=True):
        for kind in kinds:
            line = {engine: cells.get((share, kind)) for engine, cells in engines.items()}
            peers = [cell[0] for engine, cell in line.items() if engine != OURS and cell and cell[0]]
            row = [f"{100 * share:g} %", kind]
            for engine, cell in line.items():
                if cell is None:
                    row.append("–")
                elif cell[0] is None:
                    row.append(f"(recall {cell[1]:.2f} at {number(cell[2])})")
                else:
                    row.append(number(cell[0]) + (f" ({cell[0] / max(peers):.2f}×)" if engine == OURS and peers else ""))
            rows.append(row)
    for engine, cells in engines.items():
        wrong = sum(cell[3] for cell in cells.values())
        if wrong:
            broken.append(f"\n\n{engine} returned {wrong} rows that the filter excludes.")
    return table(["share that passes", "labels", *map(mark, engines)], rows) + "".join(broken)


def telling(states):
    """The settings of a churn run whose fresh recall is the first to reach 0.9, 0.95 and 0.99 (else the last setting)."""
    fresh = sorted((row for row in states if row["step"] == "fresh"), key=lambda row: row["recall"])
    found = [next((row["point"] for row in fresh if row["recall"] >= least), None) for least in (.9, .95, .99)]
    chosen = [point for i, point in enumerate(found) if point is not None and point not in found[:i]]
    return chosen or [row["point"] for row in fresh[-1:]]


def churn(results):
    rows = []
    for result in results:
        states = [row for row in result.get("churn", []) if "recall" in row]
        for point in telling(states):
            mine = [row for row in states if row["point"] == point]
            first, last = mine[0], mine[-1]
            costs = {what: [row[what] for row in mine if row.get(what)] for what in ("us_per_delete", "us_per_insert")}
            mean = {what: sum(values) / len(values) if values else None for what, values in costs.items()}
            growth = f"{100 * (last['rss'] / first['rss'] - 1):+.1f} %" if first.get("rss") and last.get("rss") else "–"
            rows.append([mark(result["peer"]), setting(point), f"{first['recall']:.4f}", f"{last['recall']:.4f}",
                         f"{100 * (last['recall'] - first['recall']):+.2f}", number(first["qps"]), number(last["qps"]),
                         number(mean["us_per_delete"], 1), number(mean["us_per_insert"], 1), growth, sum(row.get("dead_returned", 0) for row in mine)])
    return table(["engine", "setting", "recall, fresh", "after", "points", "queries/s, fresh", "after", "µs per delete", "µs per insert",
                  "memory", "dead rows returned"], rows)


def counters(results):
    rows = []
    for result in best_configurations(results):
        points = [point for point in front(result) if point.get("per_query") and point["recall"] >= .95]
        if points:
            values = points[0]["per_query"]
            rows.append([mark(result["peer"]), setting(points[0]["point"]), f"{points[0]['recall']:.4f}",
                         *(number(values.get(name)) for name in COUNTERS)])
    return rows and table(["engine", "setting", "recall", "hops", "code evaluations", "exact distances", "bytes touched"], rows)


def steps(records):
    rows = [[record["name"], "**failed** – " + record["error"].replace("|", "/") if record["error"] else ("kept" if record.get("reused") else "run"),
             record["started"], record["seconds"], f"{record['load_before'][0]} → {record['load_after'][0]}", f"`{record['command']}`"] for record in records]
    return table(["step", "state", "started", "seconds", "load average (1 min)", "command"], rows)
