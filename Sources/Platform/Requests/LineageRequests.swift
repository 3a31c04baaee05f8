public import StrictJSON

extension LateEdge {
    /// The body of `POST /lineage/edges`.
    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        self.init(
            child: try object.requiredString("child", bytes: Limits.idBytes),
            parent: try object.requiredString("parent", bytes: Limits.idBytes),
            kind: try object.optionalChoice("kind", from: EdgeKindNames.all) ?? "remix",
            weight: try object.optionalDouble("weight", in: .above(0, upTo: 1)) ?? 1,
            inferred: try object.optionalBool("inferred") ?? false)
        try object.rejectUnknownFields()
        if child == parent { throw object.refusal("parent", "must not be the child itself", limit: "another work") }
    }
}

/// The body of `POST /lineage/is-ancestor`.
public struct AncestryQuestions: Sendable {
    public var pairs: [(ancestor: String, descendant: String)]

    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        pairs = []
        for value in try object.requiredArray("pairs", count: Limits.pairCount) {
            var pair = try value.object()
            pairs.append(
                (
                    ancestor: try pair.requiredString("ancestor", bytes: Limits.idBytes),
                    descendant: try pair.requiredString("descendant", bytes: Limits.idBytes)
                ))
            try pair.rejectUnknownFields()
        }
        try object.rejectUnknownFields()
    }
}

extension UncreditedReview {
    /// The body of `PUT /essences/{id}/uncredited/{otherId}`.
    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        let decision = try object.requiredValue("decision").choice(of: ReviewDecision.self)
        self.init(
            decision, kind: try object.optionalChoice("kind", from: EdgeKindNames.all) ?? "remix",
            weight: try object.optionalDouble("weight", in: .above(0, upTo: 1)) ?? 1,
            note: try object.optionalString("note", bytes: Self.noteBytes))
        try object.rejectUnknownFields()
    }
}

extension CalibrationRequest {
    /// The body of `POST /lineage/calibration`; `{}` for the defaults.
    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        self.init(
            falseAlarmsPerWork: try object.optionalDouble("falseAlarmsPerWork", in: 1e-6...0.1) ?? 1e-4,
            baseRate: try object.optionalDouble("baseRate", in: 0...0.9),
            sample: try object.optionalInt("sample", in: Self.sampleRange) ?? CalibrationRequest().sample,
            seed: try object.optionalUnsigned("seed") ?? 0)
        try object.rejectUnknownFields()
    }
}
