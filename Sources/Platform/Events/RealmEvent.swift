import Engine
import StrictJSON

/// Something that happened to the works of a realm, told to whoever listens.
public struct RealmEvent: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A work was made from, or later credited to, one of the realm's works.
        case remix
        /// A new work resembles works of the realm as a remix does, and credits none of them: a case for review.
        case uncredited
        /// What happened in between cannot be told one by one: look at the works themselves.
        case resync
    }

    public var kind: Kind
    /// One JSON object, without line breaks.
    public var data: [UInt8]
    /// Where to go on after this event.
    public var position: RealmEventPosition
}

/// Which events a listener wants.
public struct RealmEventSubscription: Sendable {
    /// Whose works; everyone's when `nil`.
    public var realmId: String?
    public var kinds: Set<RealmEvent.Kind>
    /// Whether remixes of a realm's works by itself count.
    public var includesOwn: Bool

    public init(
        realmId: String? = nil, kinds: Set<RealmEvent.Kind> = [.remix, .uncredited], includesOwn: Bool = false
    ) {
        self.realmId = realmId
        self.kinds = kinds
        self.includesOwn = includesOwn
    }
}

/// A place in the stream of events: all credits and works before it have been told.
///
/// It counts rows of the truth in their order of arrival, which never changes, so that it means the same after a restart
/// and in every subscription.
public struct RealmEventPosition: Sendable, Equatable {
    /// Credits on record before the place.
    var credits: Int
    /// Works on record before the place.
    var works: Int

    init(credits: Int, works: Int) {
        self.credits = credits
        self.works = works
    }

    /// Reads what ``text`` wrote.
    ///
    /// - Throws: `invalidArgument` for field `lastEventId`.
    public init(_ text: String) throws {
        do {
            var reader = try CursorReader(text, kind: .events, owner: "")
            let numbers = (try reader.number(), try reader.number())
            try reader.finish()
            guard let credits = Int(exactly: numbers.0), let works = Int(exactly: numbers.1) else {
                throw CursorReader.broken
            }
            self.init(credits: credits, works: works)
        } catch {
            throw EngineError.invalid(
                "lastEventId", "lastEventId was not handed out by this service, or is damaged",
                limit: "the id of an event")
        }
    }

    /// Opaque, and safe in a URL and a header.
    public var text: String {
        var writer = CursorWriter(kind: .events, owner: "")
        writer.append(UInt64(credits))
        writer.append(UInt64(works))
        return writer.text
    }
}

/// Data of a `remix`.
struct RemixEventData: Encodable {
    /// Realm of the parent.
    var realmId: String
    var parent: LineageWork
    var work: LineageWork
    /// The credit, as in ``LineageLink``.
    var kind: String
    var weight: Double
    var flags: [String]
    var at: Timestamp
    var seq: UInt64
}

/// Data of an `uncredited`.
struct UncreditedEventData: Encodable {
    /// The realm that was asked for; absent when all were.
    var realmId: String?
    var work: LineageWork
    /// The works that it resembles, the likeliest source first, each with its evidence.
    var items: [UncreditedHit]
}

/// Data of a `resync`.
struct ResyncEventData: Encodable {
    var kind: RealmEvent.Kind
    var reason: String
}

extension RealmEvent.Kind: Encodable {}
