import Foundation
import Synchronization

/// Progress of long work on standard error: a bar on a terminal, a line every ten seconds otherwise.
final class ProgressBar: Sendable {
    private struct State {
        var lastDraw = -Double.infinity
        var lastLineLength = 0
    }

    private let label: String
    private let isTerminal: Bool
    private let isSilent: Bool
    private let started = ProgressBar.now()
    private let state = Mutex(State())

    init(_ label: String, silent: Bool = false) {
        self.label = label
        isSilent = silent
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    /// - Parameters:
    ///   - fraction: in 0…1.
    ///   - detail: what was done so far, such as `12,345 works`.
    func update(_ fraction: Double, _ detail: String) {
        draw(fraction, detail, force: false)
    }

    func finish(_ detail: String) {
        draw(1, detail, force: true)
        if isTerminal && !isSilent { Terminal.error("\n") }
    }

    private func draw(_ fraction: Double, _ detail: String, force: Bool) {
        guard !isSilent else { return }
        state.withLock { state in
            let now = Self.now()
            guard force || now - state.lastDraw >= (isTerminal ? 0.1 : 10) else { return }
            state.lastDraw = now
            let clamped = min(1, max(0, fraction))
            let elapsed = now - started
            var line = ""
            if isTerminal {
                let filled = Int(clamped * 24)
                line =
                    "\(label) [\(String(repeating: "█", count: filled))\(String(repeating: "·", count: 24 - filled))] "
            } else {
                line = "\(label): "
            }
            line += "\(Int(clamped * 100)) %  \(detail)"
            if !force, clamped > 0.02, clamped < 1, elapsed > 2 {
                line += "  \(Terminal.duration(elapsed / clamped - elapsed)) left"
            } else if force {
                line += "  in \(Terminal.duration(elapsed))"
            }
            let padding = String(repeating: " ", count: max(0, state.lastLineLength - line.count))
            state.lastLineLength = line.count
            Terminal.error(isTerminal ? "\r" + line + padding : line + "\n")
        }
    }

    private static func now() -> Double {
        Double(DispatchTime.now().uptimeNanoseconds) / 1e9
    }
}
