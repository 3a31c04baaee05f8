import Engine
import Metadata
import StrictJSON

/// Metadata as the Pinecone surface takes and gives it: a flat object of strings, numbers, booleans and lists of strings.
enum RecordMetadata {
    /// - Throws: naming the field, for null, objects, other lists, names with a leading `$`, and more than 40 KB.
    static func read(_ json: JSONElement) throws(JSONError) -> MetadataRecord {
        var object = try json.object()
        var record: MetadataRecord = [:]
        record.reserveCapacity(object.count)
        // A bound from below that costs nothing; the exact size is worked out only where it could matter.
        var bytes = 2
        for (name, value) in object.allFields() {
            guard !name.hasPrefix("$") else {
                throw value.refusal(
                    .outOfRange, "has a name with a leading $, which is for operators", limit: "no leading $")
            }
            let (read, size) = try self.value(value)
            guard record.updateValue(read, forKey: name) == nil else {
                throw value.refusal(.duplicateField, "is given more than once", limit: "once")
            }
            bytes += name.utf8.count + size + 4
        }
        if bytes > PineconeLimits.metadataBytesMax / 8 { try checkSize(json.rawJSON().count, json) }
        return record
    }

    private static func value(_ json: JSONElement) throws(JSONError) -> (MetadataValue, Int) {
        switch json.type {
        case .string:
            let text = try json.string()
            return (.string(text), text.utf8.count)
        case .integer, .double: return (.number(try json.double()), 8)
        case .bool: return (.bool(try json.bool()), 5)
        case .array:
            var texts: [String] = []
            var size = 0
            for element in try json.array() {
                guard element.type == .string else {
                    throw element.refusal(
                        .wrongType, "must be a string: lists hold strings only", limit: "list of strings")
                }
                let text = try element.string()
                size += text.utf8.count + 3
                texts.append(text)
            }
            return (.strings(texts), size)
        case .null, .object:
            throw json.refusal(
                .wrongType, "must be a string, a number, a boolean or a list of strings",
                limit: "string, number, boolean, list of strings")
        }
    }

    private static func checkSize(_ bytes: Int, _ json: JSONElement) throws(JSONError) {
        guard bytes <= PineconeLimits.metadataBytesMax else {
            throw json.refusal(
                .outOfRange,
                "must be at most \(PineconeLimits.metadataBytesMax) bytes of JSON per record, got \(bytes)",
                limit: "\(PineconeLimits.metadataBytesMax) bytes")
        }
    }

    /// Refuses a record that a merge has made too large.
    static func checkSize(_ record: MetadataRecord) throws {
        var json = JSONBuilder()
        write(record, to: &json)
        guard json.bytes.count <= PineconeLimits.metadataBytesMax else {
            throw EngineError.refused(
                "setMetadata",
                "the record's metadata would have \(json.bytes.count) bytes of JSON; at most "
                    + "\(PineconeLimits.metadataBytesMax) are allowed",
                limit: "\(PineconeLimits.metadataBytesMax) bytes")
        }
    }

    static func write(_ record: MetadataRecord, to json: inout JSONBuilder) {
        json.object { json in
            for (name, value) in record {
                json.name(name)
                write(value, to: &json)
            }
        }
    }

    static func write(_ value: MetadataValue, to json: inout JSONBuilder) {
        switch value {
        case .string(let text): json.value(text)
        case .number(let number): json.value(number)
        case .bool(let flag): json.value(flag)
        case .strings(let texts):
            json.array { json in
                for text in texts { json.value(text) }
            }
        }
    }
}

/// Filters of requests.
enum RecordFilter {
    /// - Returns: `nil` for an absent filter and for an empty one, which passes everything.
    static func read(_ json: JSONElement?) throws(JSONError) -> MetadataFilter? {
        guard let json else { return nil }
        if json.type == .object, try json.object().count == 0 { return nil }
        let node = try FilterNode(json)
        do throws(FilterError) {
            return try MetadataFilter(parsing: node)
        } catch {
            let path = error.path.isEmpty ? json.path : "\(json.path).\(error.path)"
            throw JSONError(.outOfRange, "\(path) \(error.message)", field: path, limit: error.limit)
        }
    }

    /// - Throws: also for an empty filter, where passing everything would do harm.
    static func readRequired(_ json: JSONElement) throws(JSONError) -> MetadataFilter {
        guard let filter = try read(json) else {
            throw json.refusal(
                .outOfRange, "must not be empty: an empty metadata filter is not allowed", limit: "≥ 1 condition")
        }
        return filter
    }
}

extension FilterNode {
    init(_ element: JSONElement) throws(JSONError) {
        switch element.type {
        case .object:
            var object = try element.object()
            var members: [(name: String, value: FilterNode)] = []
            for (name, value) in object.allFields() { members.append((name, try FilterNode(value))) }
            self = .object(members)
        case .array:
            var values: [FilterNode] = []
            for value in try element.array() { values.append(try FilterNode(value)) }
            self = .array(values)
        case .string: self = .string(try element.string())
        case .integer, .double: self = .number(try element.double())
        case .bool: self = .bool(try element.bool())
        case .null: self = .null
        }
    }
}
