import Foundation

/// An input as the stream that the XML parser of Foundation reads.
final class PulledStream: InputStream {
    private let input: LineageInput
    private var gate: UTF8Gate
    private var piece: [UInt8] = []
    private var offset = 0
    private var status = Status.notOpen
    /// What the input threw; the parser sees the end of the stream then.
    private(set) var failure: (any Error)?

    init(_ input: LineageInput) {
        self.input = input
        gate = UTF8Gate(file: input.name)
        super.init(data: Data())
    }

    override func open() { status = .open }
    override func close() { status = .closed }
    override var streamStatus: Status { status }
    override var streamError: (any Error)? { failure }
    override var hasBytesAvailable: Bool { status != .atEnd }

    override func read(_ buffer: UnsafeMutablePointer<UInt8>, maxLength: Int) -> Int {
        if offset == piece.count {
            do {
                piece = try nextPiece()
            } catch {
                failure = error
                piece = []
            }
            offset = 0
        }
        guard !piece.isEmpty else {
            status = .atEnd
            return 0
        }
        let count = min(maxLength, piece.count - offset)
        piece.withUnsafeBufferPointer { buffer.update(from: $0.baseAddress! + offset, count: count) }
        offset += count
        return count
    }

    /// Empty at the end only.
    private func nextPiece() throws -> [UInt8] {
        while let next = try input.next() {
            let bytes = try gate.pass(next)
            if !bytes.isEmpty { return bytes }
        }
        try gate.finish()
        return []
    }
}
