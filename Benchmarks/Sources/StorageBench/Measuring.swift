import Foundation

func seconds(since start: ContinuousClock.Instant) -> Double {
    let duration = ContinuousClock.now - start
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// The value that a share of all do not exceed.
func quantile(_ share: Double, of values: [Double]) -> Double {
    values.sorted()[min(values.count - 1, Int(Double(values.count) * share))]
}

func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }

/// Writes a line to standard output at once, so that a long run shows how far it is.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

/// Numbers in -1…1 from a seed (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
struct Numbers {
    var state: UInt64

    mutating func vector(_ dimension: Int) -> [Float] {
        (0..<dimension).map { _ in
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Float(Int32(truncatingIfNeeded: z >> 32)) / Float(Int32.max)
        }
    }
}
