public import Engine

/// What this build calls itself.
public enum BuildInformation {
    /// Semantic version of the program.
    public static let version = "0.1.0"
    /// Formats of the files that it writes.
    public static let formats = FormatVersions()
}
