/// The knobs of a Hierarchical Navigable Small World graph (Malkov & Yashunin, IEEE TPAMI 2020, arXiv 1603.09320).
public struct HNSWParameters: Sendable, Equatable {
    /// Links per node on the upper levels, and links that a new node chooses; level 0 keeps up to `2 * m`.
    /// More links: higher recall per hop, more memory (`8 * m` bytes per node) and slower hops.
    public var m: Int
    public static let minimumM = 2
    public static let defaultM = 16
    public static let maximumM = 64

    /// Candidate list length while inserting. Larger builds better graphs in proportionally more time.
    public var efConstruction: Int
    public static let minimumEfConstruction = 8
    public static let defaultEfConstruction = 200
    public static let maximumEfConstruction = 4_000

    /// The levels of nodes follow from it: the same seed and insertions give the same graph.
    public var seed: UInt64
    public static let defaultSeed: UInt64 = 0x5EED

    /// Values outside the ranges above are brought to the nearest bound.
    public init(m: Int = defaultM, efConstruction: Int = defaultEfConstruction, seed: UInt64 = defaultSeed) {
        self.m = min(max(m, Self.minimumM), Self.maximumM)
        self.efConstruction = min(max(efConstruction, Self.minimumEfConstruction), Self.maximumEfConstruction)
        self.seed = seed
    }

    /// Levels above 0 that a node may have.
    static let maximumLevel = 15

    /// The level of a slot: geometric with ratio 1/m, from the seed and the slot alone.
    func level(of slot: UInt32) -> Int {
        // SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
        var z = seed &+ (UInt64(slot) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        // Each level is reached by one node in m: compare with m^-1, m^-2, … of the 64-bit range.
        var threshold = UInt64.max
        var level = 0
        while level < Self.maximumLevel {
            threshold /= UInt64(m)
            if z >= threshold { break }
            level += 1
        }
        return level
    }
}
