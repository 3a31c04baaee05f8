/// Versions of the files that hold the truth.
public enum StorageFormats {
    /// The newest format of the database; older ones are brought up to date when a writer opens them.
    public static var database: Int { Int(Migrations.newest) }
    /// The newest format of a backup's manifest.
    public static let backup = BackupManifest.newestVersion
}
