/// A 64-bit sum that tells two contents apart, such as the bodies of two requests. Not for secrets.
public enum ContentDigest {
    /// XXH64 of the bytes.
    public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 { XXH64.hash(bytes, seed: 0) }
}
