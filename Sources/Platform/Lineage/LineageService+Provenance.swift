import Engine
import Lineage
import LineageExchange

/// Formats of a work's provenance.
public enum ProvenanceFormat: String, Sendable, CaseIterable {
    /// W3C PROV-JSON: one document.
    case prov
    /// C2PA ingredient assertions: one manifest-like object a line, the asked work first.
    case c2pa

    public var contentType: String {
        switch self {
        case .prov: "application/json; charset=utf-8"
        case .c2pa: "application/x-ndjson; charset=utf-8"
        }
    }
}

extension LineageService {
    /// Ancestors that a provenance lists at most.
    public static let provenanceWorksMax = 10_000

    /// Where a work comes from, for other programs: the work, all its ancestors, and the credits among them, retracted ones
    /// with their flag. Works that were taken down are in it with their state and without their title, and redacted ones
    /// under a name that tells nothing.
    ///
    /// - Throws: `notFound`; `tooLarge` when the work has more ancestors than ``provenanceWorksMax``.
    public func provenance(_ id: String, _ format: ProvenanceFormat) throws -> [UInt8] {
        let view = try view()
        let start = try node(id, view)
        let ancestors = view.lineage.ancestorNodes(of: start)
        guard ancestors.count <= Self.provenanceWorksMax else {
            throw EngineError(
                .tooLarge, "\"\(id)\" has \(ancestors.count) ancestors: ask for the export of the whole lineage",
                field: "id", limit: "\(Self.provenanceWorksMax) ancestors")
        }
        // The asked work first, then the ancestors in the order of their creation.
        let nodes = [start] + ancestors.sorted()
        let listed = Set(nodes)
        let works = try self.works(nodes, view).map { work in
            LineageDocument.Work(
                id: work.id, title: work.title, creator: work.realmId, createdAt: work.createdAt?.milliseconds,
                state: (work.tombstone ?? .live).node)
        }
        let credits = nodes.flatMap { node in
            view.lineage.allLinks(of: node).filter { listed.contains($0.parent) }.map { link in
                LineageDocument.Credit(
                    parent: self.id(link.parent, view), child: self.id(node, view), kind: link.kind,
                    weight: link.weight, flags: link.flags, at: link.at)
            }
        }
        let document = LineageDocument(works: works, credits: credits)
        switch format {
        case .prov: return try LineageFormat.prov.writer.bytes(document)
        case .c2pa: return try LineageFormat.c2pa.writer.bytes(document)
        }
    }
}
