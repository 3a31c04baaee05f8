import Glibc

/// What a benchmark directory lacks.
struct BenchError: Error, CustomStringConvertible {
    var description: String
}

func fail(_ message: String) -> Never {
    let line = Array((message + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(2)
}

/// Wall clock, microseconds.
@inline(__always)
func wallMicros() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

/// CPU time of the process, seconds.
func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Bytes of the process that lie in memory now; 0 when the system does not tell.
func residentMemory() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, 256, file) != nil else { return 0 }
    let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
        separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
}

/// A whole file as an array of little-endian integers.
func readIntegers<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ path: String, as type: Integer.Type
) throws -> [Integer] {
    guard let file = fopen(path, "rb") else { throw BenchError(description: "\(path) cannot be read") }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    let count = ftell(file) / MemoryLayout<Integer>.stride
    rewind(file)
    return try [Integer](unsafeUninitializedCapacity: count) { buffer, initialized in
        initialized = fread(buffer.baseAddress, MemoryLayout<Integer>.stride, count, file)
        if initialized != count { throw BenchError(description: "\(path) cannot be read to its end") }
    }
}

/// Times of one operation, with the check sums of its answers.
struct Measurement {
    var times: [Double] = []
    var count = 0
    var sum: UInt64 = 0

    /// The value of the operation in the report.
    var json: String {
        let sorted = times.sorted()
        let mean = times.reduce(0, +) / Double(times.count)
        return "{\"n\":\(times.count),\"p50_us\":\(rounded(sorted[sorted.count / 2])),"
            + "\"p95_us\":\(rounded(sorted[Int(Double(sorted.count) * 0.95)])),\"mean_us\":\(rounded(mean)),"
            + "\"count\":\(count),\"sum\":\(sum & 0xFFFF_FFFF)}"
    }
}

/// Four decimals.
func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
