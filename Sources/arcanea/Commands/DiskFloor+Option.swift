import ArgumentParser
import Storage

/// `500MiB`, `2GiB` or `1048576`.
struct ByteSize: Sendable {
    private static let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)]

    var bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    @Sendable init(option: String) throws {
        let unit = Self.units.first { option.hasSuffix($0.0) }
        guard let value = Double(option.dropLast(unit?.0.count ?? 0)), value >= 0, value < 1e6 || unit == nil,
            value * Double(unit?.1 ?? 1) < 1e18
        else { throw ValidationError("a size such as 500MiB or 2GiB was expected, got \(option)") }
        bytes = Int(value * Double(unit?.1 ?? 1))
    }
}

extension DiskFloor {
    /// A size, or a share of the disk such as `3%`.
    @Sendable init(option: String) throws {
        guard option.hasSuffix("%") else {
            self = .bytes(try ByteSize(option: option).bytes)
            return
        }
        guard let percent = Double(option.dropLast()), (0..<100).contains(percent) else {
            throw ValidationError("a share from 0% to below 100% was expected, got \(option)")
        }
        self = .share(percent / 100)
    }
}
