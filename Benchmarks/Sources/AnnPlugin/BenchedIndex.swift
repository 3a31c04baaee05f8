import Foundation
import Storage
import VectorIndex
import Vectors

/// The product's index under the harness's ids: row numbers of the base file, kept across deletes and inserts.
struct BenchedIndex {
    private let data: Dataset
    private let index: AdaptiveIndex
    private var slotOfID: [UInt32] = []
    private var idOfSlot: [Int32] = []

    init(data: Dataset, parameters: AdaptiveParameters) {
        self.data = data
        index = AdaptiveIndex(dimension: data.dimension, metric: data.metric, parameters: parameters)
        slotOfID = [UInt32](repeating: 0, count: data.baseCount)
        idOfSlot.reserveCapacity(data.baseCount)
    }

    /// Bytes of the rows and the graph.
    var byteCount: Int {
        index.memory.total
    }

    /// Appends all base rows and links them.
    mutating func build() throws {
        for id in 0..<data.baseCount { append(id) }
        try seal()
    }

    private mutating func append(_ id: Int) {
        let slot = data.withBaseRow(id) { index.append($0) }
        slotOfID[id] = slot
        idOfSlot.append(Int32(id))
    }

    /// Goes on with the index as a server has it after a restart: a segment, opened from its file.
    func serveFromFile() throws {
        guard let content = index.segmentContent else { return }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ann-\(getpid())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = DerivedFiles(directory: folder)
        try files.writePlain("index.segment") { sink in try content.write(to: sink) }
        guard let file = try files.mapPlain("index.segment") else { return }
        let segment = try Segment(mapping: file.bytes, owner: file)
        let vectors = segment.vectorBytes
        if segment.mode == .compact { file.load(except: vectors) } else { file.load() }
        index.install(try segment.sealedGraph { file.giveBack(vectors) })
        index.publish()
    }

    private func seal() throws {
        if index.wantsSeal {
            index.install(try index.makeSealJob().run(progress: { _ in }, isCancelled: { false }))
        }
        index.publish()
    }

    /// Deletes or re-inserts rows as a server would: in small commits, sealing whenever the index wants it.
    mutating func change(_ ids: [Int32], deleting: Bool) throws {
        for (position, id) in ids.enumerated() {
            if deleting { index.remove(slotOfID[Int(id)]) } else { append(Int(id)) }
            if position % 256 == 255 { try seal() }
        }
        try seal()
    }

    /// The recall table of the graph in use.
    var recall: RecallTable? { index.sealedGraph?.recall }

    /// The slots of the ids whose byte is not 0.
    func bitmap(mask: [UInt8]) -> SlotBitmap {
        var bitmap = SlotBitmap(capacity: index.count)
        for (id, value) in mask.enumerated() where value != 0 { bitmap.insert(slotOfID[id]) }
        return bitmap
    }

    /// Searches one query after the other; writes `k` ids per query into `ids` (-1 where fewer were found).
    func search(
        queries: Range<Int>, k: Int, efSearch: Int, filter: (Int) -> SlotBitmap? = { _ in nil },
        into ids: inout [Int32]
    ) -> SearchCounters {
        let snapshot = index.snapshot
        var total = SearchCounters()
        for query in queries {
            let parameters = SearchParameters(k: k, efSearch: efSearch, filter: filter(query))
            let result = data.withQuery(query) { snapshot.search($0, parameters) }
            for (place, neighbor) in result.neighbors.enumerated() {
                ids[query * k + place] = idOfSlot[Int(neighbor.slot)]
            }
            total.hops += result.counters.hops
            total.distanceComputations += result.counters.distanceComputations
            total.codeEvaluations += result.counters.codeEvaluations
            total.codeBytes += result.counters.codeBytes
            total.plan = result.counters.plan
        }
        return total
    }
}
