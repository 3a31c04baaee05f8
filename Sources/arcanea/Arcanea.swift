import ArgumentParser
import ServiceLifecycle
@main struct Arcanea: ParsableCommand { }
