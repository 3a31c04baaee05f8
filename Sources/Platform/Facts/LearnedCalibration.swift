import Ranking
import Synchronization

/// What cosines of one collection mean, as far as it is known: shipped with the model, or learned from the collection.
///
/// A change is a new version: answers after it differ from those before at the same sequence, and `explain` shows it.
final class LearnedCalibration: Sendable {
    private let state: Mutex<CosineCalibration>

    init(_ calibration: CosineCalibration) { state = Mutex(calibration) }

    var value: CosineCalibration {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    func set(_ calibration: CosineCalibration) { state.withLock { $0 = calibration } }
}
