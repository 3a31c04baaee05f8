import Lineage
import Storage
import VectorIndex

/// Formats of the files that this program writes, and the newest ones that it reads.
///
/// The database and backups are the truth: a program reads their older formats as well. The others are derived: files of
/// another format are made anew.
public struct FormatVersions: Sendable, Encodable, Equatable {
    /// The database, `arcanea.sqlite`.
    public var database = StorageFormats.database
    /// The manifest of a backup.
    public var backup = StorageFormats.backup
    /// Sealed graphs of vectors.
    public var vectorSegment = SegmentContent.formatVersion
    /// Sealed edges of the lineage graph.
    public var lineageImage = Int(LineageImage.version)

    public init() {}
}
