import Foundation

// StorageBench DIR [ROUNDS]: durable single writes from 32, 8 and 1 clients; batches of 100 rows of 384 numbers in turns with a
// bare SQLite loop at synchronous=FULL; searches while records are imported. DIR is made for it and removed: it should lie on
// the disk that is to be measured.

let arguments = Array(CommandLine.arguments.dropFirst())
guard let directory = arguments.first, arguments.count <= 2, let rounds = Int(arguments.count > 1 ? arguments[1] : "9"),
    rounds > 0, !FileManager.default.fileExists(atPath: directory)
else {
    complain("usage: StorageBench DIR [ROUNDS], with a DIR that does not exist")
    exit(64)
}
var status: Int32 = 0
do {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try await SingleWrites(directory: directory + "/singles").run()
    try await Batches(directory: directory, rounds: rounds).run()
    try await SearchesDuringImport(directory: directory + "/searches").run()
} catch {
    complain("storage bench: \(error)")
    status = 1
}
try? FileManager.default.removeItem(atPath: directory)
exit(status)
