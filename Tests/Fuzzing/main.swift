import Foundation

// Inputs that should crash the readers of requests and filters, made by libFuzzer where the toolchain has it and by seeded
// mutation elsewhere. `Tools/fuzz` builds and runs it.
//
//   Fuzzing seeds FOLDER          writes the seeds, a file each
//   Fuzzing [arguments]           libFuzzer's own arguments; without it: SECONDS [SEED]

let arguments = CommandLine.arguments
if arguments.count == 3, arguments[1] == "seeds" {
    for (number, seed) in Seeds.all.enumerated() {
        try Data(seed).write(to: URL(fileURLWithPath: "\(arguments[2])/seed-\(number)"))
    }
    exit(0)
}

#if LIBFUZZER
    /// libFuzzer as a library (llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library).
    @_silgen_name("LLVMFuzzerRunDriver")
    func runDriver(
        _ count: UnsafeMutablePointer<CInt>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
        _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
    ) -> CInt

    var count = CommandLine.argc
    var values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
        runDriver(&count, &values) { bytes, count in
            Decoder.run(UnsafeRawBufferPointer(start: bytes, count: count))
            return 0
        })
#else
    mutate(
        seconds: arguments.count > 1 ? Double(arguments[1]) ?? 60 : 60,
        seed: arguments.count > 2 ? UInt64(arguments[2]) ?? 1 : UInt64.random(in: 1...UInt64(UInt32.max)))
#endif
