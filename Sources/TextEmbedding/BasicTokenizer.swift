import Foundation

/// The first half of BERT's tokenization: what is a letter, what is a space, what stands alone.
enum BasicTokenizer {
    enum Event {
        /// Part of a word.
        case letter(Unicode.Scalar)
        case space
        /// A word of its own: punctuation, a CJK character.
        case alone(Unicode.Scalar)
    }

    /// Visits the cleaned scalars of a text: lower case, without accents and control characters.
    ///
    /// - Parameter body: returns false to stop.
    static func forEachScalar(of text: String, _ body: (Event) -> Bool) {
        var text = text
        // ASCII needs no table of Unicode properties.
        let isASCII = text.withUTF8 { bytes in bytes.allSatisfy { $0 < 0x80 } }
        for scalar in (isASCII ? text : text.decomposedStringWithCanonicalMapping).unicodeScalars {
            if let event = scalar.isASCII ? asciiEvent(scalar) : nil {
                guard body(event) else { return }
            } else if !scalar.isASCII {
                guard visit(scalar, body) else { return }
            }
        }
    }

    private static func asciiEvent(_ scalar: Unicode.Scalar) -> Event? {
        switch UInt8(scalar.value) {
        case 0x20, 0x09, 0x0A, 0x0D: .space
        case 0x41...0x5A: .letter(Unicode.Scalar(UInt8(scalar.value) + 0x20))
        case 0x61...0x7A, 0x30...0x39: .letter(scalar)
        // All of ASCII's signs count as punctuation, `$` and `+` included.
        case 0x21...0x7E: .alone(scalar)
        default: nil
        }
    }

    private static func visit(_ scalar: Unicode.Scalar, _ body: (Event) -> Bool) -> Bool {
        let properties = scalar.properties
        switch properties.generalCategory {
        // U+0085 is white space and a control character: it goes, as in the tokenizer that the model was made with.
        // Unassigned code points stay: characters newer than this table make a word unknown, not invisible.
        case .control, .format, .privateUse, .surrogate, .nonspacingMark: return true
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: return body(.space)
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return body(.alone(scalar))
        default:
            guard scalar.value != 0xFFFD else { return true }
            if isCJK(scalar.value) { return body(.alone(scalar)) }
            for lower in properties.lowercaseMapping.unicodeScalars
            where lower.properties.generalCategory != .nonspacingMark {
                guard body(.letter(lower)) else { return false }
            }
            return true
        }
    }

    /// The blocks that BERT's reference code calls Chinese characters.
    private static func isCJK(_ value: UInt32) -> Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x2_0000...0x2_A6DF, 0x2_A700...0x2_B73F, 0x2_B740...0x2_B81F,
            0x2_B820...0x2_CEAF, 0xF900...0xFAFF, 0x2_F800...0x2_FA1F:
            true
        default: false
        }
    }
}
