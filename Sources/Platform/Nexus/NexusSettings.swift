import Engine
import Ranking
public import StrictJSON

/// How an agent remembers: what its recalls use where a request says nothing.
public struct NexusSettings: Sendable, Equatable {
    public var name: String?
    public var weights: RecallWeightsRequest?
    /// Half-lives in days by kind.
    public var halfLifeDays: [String: Double]
    public var minRelevance: Double?
    public var tuning: RecallTuning
    /// Memories of a recall.
    public var k: Int?
    /// Models that the agent prefers, free-form; kept, not read.
    public var model: JSONValue?
    public var metadata: JSONValue?

    public init() {
        halfLifeDays = [:]
        tuning = RecallTuning()
    }
}

/// Parts of the recall formula that seldom need another value. `nil` takes the default.
public struct RecallTuning: Sendable, Equatable {
    /// λ of maximal marginal relevance, 0…1; 1 ranks by score alone.
    public var mmrLambda: Double?
    /// Recency of an infinitely old memory, 0…1.
    public var recencyFloor: Double?
    /// Factor on the score of pinned memories, 1…10.
    public var pinnedBoost: Double?
    /// Places that the most relevant memories keep, 0…100.
    public var keepMostRelevant: Int?

    public init() {}

    /// These values, with those of another where there are none.
    func over(_ other: RecallTuning) -> RecallTuning {
        var result = other
        if let mmrLambda { result.mmrLambda = mmrLambda }
        if let recencyFloor { result.recencyFloor = recencyFloor }
        if let pinnedBoost { result.pinnedBoost = pinnedBoost }
        if let keepMostRelevant { result.keepMostRelevant = keepMostRelevant }
        return result
    }
}

/// An agent's settings as answers show them.
public struct NexusAnswer: Sendable, Encodable {
    public struct Weights: Sendable, Encodable {
        public var relevance: Double
        public var recency: Double
        public var importance: Double
    }

    /// Everything that a recall without parameters uses now: settings over the defaults.
    public struct Effective: Sendable, Encodable {
        public var k: Int
        /// Of sum 1.
        public var weights: Weights
        /// Days by kind; kinds that do not fade are absent.
        public var halfLifeDays: JSONValue
        public var minRelevance: Double
        public var mmrLambda: Double
        public var recencyFloor: Double
        public var pinnedBoost: Double
        public var keepMostRelevant: Int
    }

    public var id: String
    /// What was set; absent members take the defaults.
    public var settings: JSONValue
    public var effective: Effective
    public var memories: Int
    /// When the settings were set last; absent for an agent without any.
    public var updatedAt: Timestamp?
}

extension NexusSettings {
    /// The ranking parameters of these settings over the defaults.
    func parameters() throws -> RecallParameters {
        var parameters = RecallParameters()
        if let weights {
            parameters.weights = RecallWeights(
                relevance: weights.relevance, recency: weights.recency, importance: weights.importance)
        }
        if let minRelevance { parameters.minRelevance = minRelevance }
        if let value = tuning.mmrLambda { parameters.mmrLambda = value }
        if let value = tuning.recencyFloor { parameters.recencyFloor = value }
        if let value = tuning.pinnedBoost { parameters.pinnedBoost = value }
        if let value = tuning.keepMostRelevant { parameters.keepMostRelevant = value }
        do {
            parameters.halfLives = try parameters.halfLives.overridden(by: halfLifeDays)
            try parameters.validate()
        } catch { throw EngineError(error) }
        return parameters
    }

    /// Checks everything that the decoder checks, for callers inside the program.
    func validate() throws {
        if let name { try ArgumentCheck.check(bytesOf: name, "name", Limits.titleBytes) }
        if let k { try ArgumentCheck.check(k, "k", RecallRequest.kRange) }
        _ = try parameters()
    }

    var effective: NexusAnswer.Effective {
        get throws {
            let parameters = try parameters()
            let weights = parameters.weights.normalized
            var days: [String: JSONValue] = [:]
            for kind in MemoryKind.allCases { days[kind.rawValue] = parameters.halfLives[kind].map { .double($0) } }
            return NexusAnswer.Effective(
                k: k ?? RecallRequest.kDefault,
                weights: NexusAnswer.Weights(
                    relevance: weights.relevance, recency: weights.recency, importance: weights.importance),
                halfLifeDays: .object(days), minRelevance: parameters.minRelevance, mmrLambda: parameters.mmrLambda,
                recencyFloor: parameters.recencyFloor, pinnedBoost: parameters.pinnedBoost,
                keepMostRelevant: parameters.keepMostRelevant)
        }
    }
}

// MARK: - As JSON

extension NexusSettings {
    /// The settings as they are stored and shown: the fields of the call that set them.
    var json: JSONValue {
        var members: [String: JSONValue] = [:]
        if let name { members["name"] = .string(name) }
        if let weights {
            members["weights"] = .object([
                "relevance": .double(weights.relevance), "recency": .double(weights.recency),
                "importance": .double(weights.importance),
            ])
        }
        if !halfLifeDays.isEmpty { members["halfLifeDays"] = .object(halfLifeDays.mapValues { .double($0) }) }
        if let minRelevance { members["minRelevance"] = .double(minRelevance) }
        if let value = tuning.mmrLambda { members["mmrLambda"] = .double(value) }
        if let value = tuning.recencyFloor { members["recencyFloor"] = .double(value) }
        if let value = tuning.pinnedBoost { members["pinnedBoost"] = .double(value) }
        if let value = tuning.keepMostRelevant { members["keepMostRelevant"] = .int(Int64(value)) }
        if let k { members["k"] = .int(Int64(k)) }
        if let model { members["model"] = model }
        if let metadata { members["metadata"] = metadata }
        return .object(members)
    }

    func encoded() throws -> [UInt8] { try JSONOutput.encode(json) }

    /// - Throws: `dataLoss` when the bytes are not what ``encoded()`` writes.
    init(decoding bytes: [UInt8], key: String) throws {
        do {
            try self.init(json: JSONDocument(parsing: bytes).root)
        } catch {
            throw EngineError(.dataLoss, "the settings of nexus \"\(key)\" cannot be read: \(error)")
        }
    }
}
