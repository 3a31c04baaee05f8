import Foundation
public import Vectors

/// When an ``AdaptiveIndex`` keeps a graph and when it moves fresh vectors into it.
public struct AdaptiveParameters: Sendable, Equatable {
    public var graph: HNSWParameters

    /// Live vectors from which a graph pays; fewer are scanned exactly.
    public var graphThreshold: Int
    public static let defaultGraphThreshold = 10_000

    /// Fresh vectors from which a seal is wanted. The tail is scanned exactly by every search, so it should cost less
    /// than the walk.
    public var tailLimit: Int
    public static let defaultTailLimit = 4_096

    /// Threads that may work on a graph at once while it is built as a whole.
    public var buildThreads: Int
    public static let allProcessors = ProcessInfo.processInfo.activeProcessorCount

    /// What the vectors of a graph are kept in, for the distances that searches return. With `float16` a graph whose
    /// vectors would lose by it keeps float32: see ``RoundedRows``.
    public var originals: RowPrecision

    /// What a graph keeps beside its vectors. A graph of another mode is searched as it is, and made over by the next seal.
    public var mode: IndexMode

    public init(
        graph: HNSWParameters = HNSWParameters(), graphThreshold: Int = defaultGraphThreshold,
        tailLimit: Int = defaultTailLimit, buildThreads: Int = allProcessors, originals: RowPrecision = .float16,
        mode: IndexMode = .fast
    ) {
        self.originals = originals
        self.mode = mode
        self.graph = graph
        self.graphThreshold = max(graphThreshold, 1)
        self.tailLimit = max(tailLimit, 1)
        self.buildThreads = max(buildThreads, 1)
    }
}
