/// Every limit on what a caller may send, in one place. Errors quote these values.
public enum Limits {
    /// Bytes of an id: essence, realm, nexus, memory, viewer.
    public static let idBytes = 1...512
    /// Bytes of a title.
    public static let titleBytes = 1...1_024
    /// Bytes of a text that is embedded or kept with a record.
    public static let textBytesMax = 65_536
    /// Bytes of a kind, such as `image`.
    public static let kindBytes = 1...64
    /// Tags of one record, and the bytes of one tag.
    public static let tagCountMax = 64
    public static let tagBytes = 1...128
    /// Entities (essence ids) named by one memory.
    public static let entityCountMax = 64
    /// Inspirations of a spark, constraints of a shadow.
    public static let noteCountMax = 64
    /// Parents of one work.
    public static let parentCountMax = 64
    /// Bytes of a record's free-form metadata as JSON.
    public static let metadataBytesMax = 40_960
    /// Results of one search.
    public static let topK = 1...10_000
    /// Works in one batch, memories in one call, events in one call.
    public static let batchCount = 1...1_000
    public static let eventCount = 1...10_000
    /// Recalls in one call.
    public static let recallCount = 1...100
    /// Pairs in one is-ancestor call.
    public static let pairCount = 1...10_000
    /// Nodes of one lineage answer.
    public static let lineageLimit = 1...10_000
    public static let lineageDepth = 1...1_000_000
    /// Items of one feed page, and candidates that a caller may bring.
    public static let feedPage = 1...200
    public static let feedCandidateMax = 1_000
    /// Taste vectors that a caller may bring.
    public static let tasteVectorMax = 16
    /// Vector dimensions.
    public static let dimension = 1...20_000
    /// Beam width of a graph search.
    public static let efSearch = 1...100_000
}
