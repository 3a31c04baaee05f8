public import StrictJSON

/// A record on a line of its own, as exports write it: a record of an upsert with its namespace beside it.
///
/// ```json
/// {"namespace":"de","id":"a","values":[0.5,1],"sparseValues":{"indices":[7],"values":[0.2]},"metadata":{"year":1999}}
/// ```
public struct RecordLine: Sendable {
    /// `nil` when the line names none.
    public var namespace: String?
    public var record: VectorDraft

    /// - Throws: naming the field.
    public init(json: JSONElement) throws(JSONError) {
        var object = try json.object()
        namespace = object.value("namespace") == nil ? nil : try object.namespace()
        record = try VectorDraft(json: json)
    }

    /// The line of a stored record, without its end.
    public static func bytes(_ record: FetchedRecord, namespace: String) -> [UInt8] {
        var json = JSONBuilder(capacity: 64 + record.values.count * 12)
        json.object { json in
            json.field("namespace", NamespaceName.shown(namespace))
            record.writeFields(to: &json)
        }
        return json.bytes
    }
}
