/// Every limit of the Pinecone surface, in one place. Errors quote these values.
public enum PineconeLimits {
    /// Characters of an index's name.
    public static let indexNameCount = 1...45
    public static let dimension = 1...20_000
    /// Vectors of one upsert.
    public static let upsertCount = 1...1_000
    /// Records with text of one upsert.
    public static let textRecordCount = 1...96
    /// Bytes of a text that is embedded or ranked.
    public static let textBytesMax = 65_536
    /// Documents of one reranking.
    public static let rerankCount = 1...100
    /// Characters of a record's id, all of them ASCII.
    public static let idCount = 1...512
    /// Non-zero values of a sparse vector.
    public static let sparseCount = 1...2_048
    public static let topK = 1...10_000
    /// Ids of one fetch or delete.
    public static let idListCount = 1...1_000
    /// Ids, or namespaces, of one page.
    public static let listLimit = 1...100
    public static let listDefault = 100
    /// Records of one page of a fetch by metadata.
    public static let fetchLimit = 1...10_000
    public static let fetchDefault = 100
    /// Bytes of a record's metadata as JSON.
    public static let metadataBytesMax = 40_960
    /// Characters of a namespace's name, all of them ASCII.
    public static let namespaceNameCount = 1...512
    public static let tagCountMax = 20
    public static let tagKeyCount = 1...80
    public static let tagValueCountMax = 120
    /// Bytes of a field's name in a schema.
    public static let fieldNameBytes = 1...64
    /// Bytes of a backup's name and description.
    public static let backupTextBytesMax = 512
}
