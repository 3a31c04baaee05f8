import Lineage

/// What a reader gives: the document, and where its credits stood.
public struct LineageReading: Sendable {
    public var document: LineageDocument
    /// Line of each credit, in the order of `document.credits`; 0 where a format has no lines.
    public var creditLines: [Int]
}

/// Collects what a reader finds and refuses what no lineage may hold.
///
/// The checks are the same for all formats; only the place of a fault differs.
struct DocumentBuilder {
    private let file: String
    /// Names of the fields in this format, for errors.
    private let fields: FieldNames
    private(set) var document = LineageDocument()
    private var creditLines: [Int] = []
    private var numbers: [String: UInt32] = [:]
    private var listed: Set<UInt32> = []
    private var pairs: Set<UInt64> = []
    private var parentCounts: [UInt32: Int] = [:]

    struct FieldNames {
        var id = "id"
        var title = "title"
        var creator = "creator"
        var createdAt = "createdAt"
        var parent = "parent"
        var child = "child"
        var weight = "weight"
        var at = "at"
    }

    init(file: String, fields: FieldNames = FieldNames()) {
        self.file = file
        self.fields = fields
    }

    mutating func add(_ work: LineageDocument.Work, line: Int?) throws {
        try locating(file, line) {
            try checkId(work.id, field: fields.id)
            if let creator = work.creator { try checkId(creator, field: fields.creator) }
            if let title = work.title, title.utf8.count > ExchangeLimits.titleBytesMax {
                throw FieldFault(
                    fields.title, "has \(title.utf8.count) bytes", limit: "\(ExchangeLimits.titleBytesMax) bytes")
            }
            try checkTime(work.createdAt, field: fields.createdAt)
        }
        try locating(file, line) {
            guard listed.insert(number(work.id)).inserted else {
                throw FieldFault(fields.id, "work \(work.id.excerpt) is listed twice", limit: "once")
            }
        }
        document.works.append(work)
    }

    mutating func add(_ credit: LineageDocument.Credit, line: Int?) throws {
        try locating(file, line) {
            try checkId(credit.parent, field: fields.parent)
            try checkId(credit.child, field: fields.child)
            guard credit.weight > 0, credit.weight <= 1 else {
                throw FieldFault(
                    fields.weight, "must be above 0 and at most 1, got \(credit.weight)",
                    limit: ExchangeText.weightLimit)
            }
            try checkTime(credit.at, field: fields.at)
            guard credit.parent != credit.child else {
                throw FieldFault(fields.parent, "work \(credit.child.excerpt) credits itself", limit: "another work")
            }
        }
        try locating(file, line) {
            let child = number(credit.child)
            guard pairs.insert(UInt64(child) << 32 | UInt64(number(credit.parent))).inserted else {
                throw FieldFault(
                    fields.parent, "\(credit.child.excerpt) credits \(credit.parent.excerpt) twice", limit: "once")
            }
            parentCounts[child, default: 0] += 1
            guard parentCounts[child, default: 0] <= LineageGraph.parentsMax else {
                throw FieldFault(
                    fields.parent, "\(credit.child.excerpt) credits more works than one may",
                    limit: "\(LineageGraph.parentsMax) parents")
            }
        }
        document.credits.append(credit)
        creditLines.append(line ?? 0)
    }

    /// The document as it is.
    func finish() -> LineageReading { LineageReading(document: document, creditLines: creditLines) }

    /// Refuses credits that name works which the file does not list, for formats that list all works.
    func finishListed() throws -> LineageReading {
        for (credit, line) in zip(document.credits, creditLines) {
            for (field, id) in [(fields.parent, credit.parent), (fields.child, credit.child)]
            where !(numbers[id].map(listed.contains) ?? false) {
                throw LineageFormatError(
                    file: file, line: line == 0 ? nil : line, field: field,
                    message: "names \(id.excerpt), which the file does not list", limit: "a listed work")
            }
        }
        return finish()
    }

    func isListed(_ id: String) -> Bool { numbers[id].map(listed.contains) ?? false }

    private mutating func number(_ id: String) -> UInt32 {
        if let number = numbers[id] { return number }
        let number = UInt32(numbers.count)
        numbers[id] = number
        return number
    }

    private func checkId(_ id: String, field: String) throws(FieldFault) {
        let bytes = id.utf8.count
        guard ExchangeLimits.idBytes.contains(bytes) else {
            throw FieldFault(field, "must have 1…512 bytes, got \(bytes)", limit: "1…512 bytes")
        }
        guard id.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw FieldFault(field, "must not hold control characters", limit: "no control characters")
        }
    }

    private func checkTime(_ time: Int64?, field: String) throws(FieldFault) {
        guard let time, !ExchangeLimits.times.contains(time) else { return }
        throw FieldFault(field, "must lie in the years 1…9999", limit: "years 1…9999")
    }
}
