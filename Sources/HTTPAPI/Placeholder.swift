import Hummingbird
import Logging
func warm() { _ = Router() }
