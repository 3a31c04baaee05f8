/// The records with one value of a field. Most values of fields such as a URL belong to one record, which then takes four
/// bytes instead of a bitmap's two hundred.
enum OrdinalSet {
    case one(UInt32)
    case many(RoaringBitmap)

    var count: Int {
        switch self {
        case .one: 1
        case .many(let bitmap): bitmap.count
        }
    }

    mutating func insert(_ ordinal: UInt32) {
        switch self {
        case .one(ordinal): break
        case .one(let first): self = .many(RoaringBitmap([first, ordinal]))
        case .many(var bitmap):
            // Given up for the moment, so that the bitmap has one owner and is changed in place.
            self = .one(ordinal)
            bitmap.insert(ordinal)
            self = .many(bitmap)
        }
    }

    /// - Returns: false when nothing is left, and the set is to be dropped.
    mutating func remove(_ ordinal: UInt32) -> Bool {
        switch self {
        case .one(let only): return only != ordinal
        case .many(var bitmap):
            self = .one(ordinal)
            bitmap.remove(ordinal)
            let isEmpty = bitmap.isEmpty
            self = .many(bitmap)
            return !isEmpty
        }
    }
}

extension Dictionary where Value == OrdinalSet {
    mutating func insert(_ ordinal: UInt32, at key: Key) {
        if let index = index(forKey: key) {
            values[index].insert(ordinal)
        } else {
            self[key] = .one(ordinal)
        }
    }

    mutating func remove(_ ordinal: UInt32, at key: Key) {
        guard let index = index(forKey: key) else { return }
        if !values[index].remove(ordinal) { remove(at: index) }
    }
}
