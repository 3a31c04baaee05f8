import PineconeAPI
import Platform
import StrictJSON

/// What reads a body: an input's first byte says which one gets the rest.
struct Decoder: Sendable {
    var name: String
    /// - Throws: `JSONError` for a body that is refused; anything else is a fault of the program.
    var decode: @Sendable (JSONElement) throws(JSONError) -> Void

    static let all: [Decoder] = filters + pinecone + platform

    private static let filters: [Decoder] = [
        .init(name: "filter") { json throws(JSONError) in try FilterCheck.run(json) },
        .init(name: "essence search") { json throws(JSONError) in _ = try EssenceSearchRequest(json: json) },
    ]

    private static let pinecone: [Decoder] = [
        .init(name: "upsert") { json throws(JSONError) in _ = try UpsertRequest(json: json) },
        .init(name: "query") { json throws(JSONError) in _ = try QueryRequest(json: json) },
        .init(name: "fetch by metadata") { json throws(JSONError) in _ = try FetchByMetadataRequest(json: json) },
        .init(name: "update") { json throws(JSONError) in _ = try UpdateRequest(json: json) },
        .init(name: "delete") { json throws(JSONError) in _ = try DeleteRequest(json: json) },
        .init(name: "record line") { json throws(JSONError) in _ = try RecordLine(json: json) },
        .init(name: "namespace") { json throws(JSONError) in _ = try NamespaceDraft(json: json) },
        .init(name: "index, spec") { json throws(JSONError) in _ = try IndexDraft(json: json, dialect: .spec) },
        .init(name: "index, schema") { json throws(JSONError) in _ = try IndexDraft(json: json, dialect: .schema) },
        .init(name: "index for a model") { json throws(JSONError) in _ = try ModelIndexDraft(json: json) },
        .init(name: "index patch") { json throws(JSONError) in _ = try IndexPatch(json: json) },
        .init(name: "backup") { json throws(JSONError) in _ = try BackupDraft(json: json) },
        .init(name: "restore") { json throws(JSONError) in _ = try RestoreDraft(json: json) },
    ]

    private static let platform: [Decoder] = [
        .init(name: "essence") { json throws(JSONError) in _ = try EssenceDraft(json: json) },
        .init(name: "remix") { json throws(JSONError) in _ = try EssenceDraft(remixJSON: json) },
        .init(name: "essences") { json throws(JSONError) in _ = try EssenceBatch(json: json) },
        .init(name: "essence patch") { json throws(JSONError) in _ = try EssencePatch(json: json) },
        .init(name: "memories") { json throws(JSONError) in _ = try MemoryBatch(json: json) },
        .init(name: "recall") { json throws(JSONError) in _ = try RecallRequest(json: json) },
        .init(name: "feed") { json throws(JSONError) in _ = try FeedRequest(json: json) },
        .init(name: "feed events") { json throws(JSONError) in _ = try FeedEventBatch(json: json) },
        .init(name: "late edge") { json throws(JSONError) in _ = try LateEdge(json: json) },
        .init(name: "ancestry") { json throws(JSONError) in _ = try AncestryQuestions(json: json) },
    ]

    /// Reads one input. A refusal is as good as an answer; what matters is that the process lives.
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let first = input.first else { return }
        let decoder = all[Int(first) % all.count]
        do throws(JSONError) {
            try decoder.decode(JSONDocument(parsing: UnsafeRawBufferPointer(rebasing: input.dropFirst())).root)
        } catch {
            precondition(!error.message.isEmpty, "\(decoder.name): a refusal without a reason")
        }
    }
}
