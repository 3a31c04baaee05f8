// lineage-plugin DIR [GROUP...]
//
// Answers the questions of a lineage benchmark: reads the graph and the query lists that DIR holds (offsets.u32,
// parents.u32, ts.i64, author.u32, q_*.u32, little endian) and prints one JSON object on one line, with the same
// operations and check sums for every engine. Besides the common operations it times attribution, siblings, cousins,
// k shortest paths and is-ancestor over 200,000 random pairs once through.
//
// With groups (walks, ancestry, paths, relatives, popularity, inserts, late) only those operations run.
//
// Latencies are wall clock in microseconds; load, top-k and insert rates are CPU time.

guard CommandLine.arguments.count >= 2 else {
    fail("usage: lineage-plugin DIR [GROUP...]")
}
do {
    var bench = try LineageBench(directory: CommandLine.arguments[1])
    bench.run(Set(CommandLine.arguments.dropFirst(2)))
    print(bench.report())
} catch {
    fail("\(error)")
}
