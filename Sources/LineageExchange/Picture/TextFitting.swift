/// Widths of text without a font: near enough for a box, on the wide side.
enum TextFitting {
    /// Estimated width in pixels of a sans-serif font.
    static func width(_ text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { $0 + em($1) } * size
    }

    /// The text, or as much of it as fits, with an ellipsis.
    static func fitted(_ text: String, size: Double, width limit: Double) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard width(line, size: size) > limit else { return line }
        var cut = ""
        var used = width("…", size: size)
        for character in line {
            used += width(String(character), size: size)
            if used > limit { break }
            cut.append(character)
        }
        while cut.last == " " { cut.removeLast() }
        return cut + "…"
    }

    private static func em(_ scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!": 0.3
        case "f", "t", "r", "(", ")", "[", "]", " ", "-", "/": 0.38
        case "m", "w", "M", "W", "@", "%": 0.92
        case "A"..."Z": 0.7
        case "\u{0}"..."\u{2FF}": 0.58
        // Combining marks, joiners and variation selectors take no room.
        case "\u{300}"..."\u{36F}", "\u{200B}"..."\u{200F}", "\u{FE00}"..."\u{FE0F}": 0
        // East Asian scripts and pictographs are square.
        case "\u{1100}"..."\u{115F}", "\u{2E80}"..."\u{A4CF}", "\u{AC00}"..."\u{D7A3}", "\u{F900}"..."\u{FAFF}",
            "\u{FE30}"..."\u{FE4F}", "\u{FF00}"..."\u{FF60}", "\u{1F300}"..."\u{1FAFF}", "\u{20000}"..."\u{3FFFD}":
            1.05
        default: 0.65
        }
    }
}
