import Lineage
import Storage

extension EngineError {
    /// Any error of the layers below, in the engine's terms. Engine errors pass unchanged.
    init(translating error: any Error) {
        switch error {
        case let error as EngineError: self = error
        case let error as StorageError: self = EngineError(error)
        default: self = EngineError(.internal, "\(error)")
        }
    }
}
