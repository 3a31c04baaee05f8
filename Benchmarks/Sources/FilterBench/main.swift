import Foundation

// FilterBench [RECORDS]: a store of RECORDS records (100,000) with ten fields each, every filter's median time, and the
// deletion of half of the records by a filter. Each filter's count is compared with a plain scan of the records.

let arguments = CommandLine.arguments.dropFirst()
guard let count = arguments.first.map({ Int($0) }) ?? 100_000, count > 0, arguments.count <= 1 else {
    complain("usage: FilterBench [RECORDS]")
    exit(64)
}
let directory = FileManager.default.temporaryDirectory.appending(path: "arcanea-filter-bench-\(getpid())").path
var status: Int32 = 0
do {
    try await FilterBench(count: count, directory: directory).run()
} catch {
    complain("filter bench: \(error)")
    status = 1
}
try? FileManager.default.removeItem(atPath: directory)
exit(status)
