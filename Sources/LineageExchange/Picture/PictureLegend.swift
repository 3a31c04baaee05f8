import Lineage

/// The kinds of credits and the states that a picture shows, under it.
struct PictureLegend {
    let svg: String
    let width: Double
    let height = 40.0

    init(_ picture: LineagePicture) {
        var x = 0.0
        var parts: [String] = []
        let present = Set(picture.arrows.map { CreditStyle.of($0.kind).name })
        for style in CreditStyle.all where present.contains(style.name) {
            parts.append(
                "<path class=\"credit \(style.name)\" stroke-width=\"2\" d=\"M\(LineagePicture.text(x)) 8h34\"/>")
            x = Self.label(style.name, at: x + 42, &parts)
        }
        if picture.arrows.contains(where: { $0.flags.contains(.disputed) }) {
            parts.append(
                "<path class=\"credit remix disputed\" stroke-width=\"2\" d=\"M\(LineagePicture.text(x)) 8h34\"/>")
            x = Self.label("disputed (faint)", at: x + 42, &parts)
        }
        if picture.boxes.contains(where: { $0.label.state != .live || $0.label.isPrivate }) {
            parts.append(
                "<g class=\"work gone\"><rect class=\"box\" x=\"\(LineagePicture.text(x))\" y=\"0\" width=\"26\" "
                    + "height=\"16\" rx=\"4\"/></g>")
            x = Self.label("no longer there", at: x + 34, &parts)
        }
        let scope = "left: made from · right: remixed into"
        x = Self.label(scope, at: x, &parts)
        svg = parts.joined(separator: "\n")
        width = x
    }

    private static func label(_ text: String, at x: Double, _ parts: inout [String]) -> Double {
        parts.append("<text class=\"legend\" x=\"\(LineagePicture.text(x))\" y=\"12\">\(XMLText.escaped(text))</text>")
        return x + TextFitting.width(text, size: 11) + 22
    }
}

/// Colors, written out for both schemes: not all viewers know custom properties.
enum PictureStyleSheet {
    static let text: String = {
        let base = """
            text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans","Noto Sans",sans-serif}
            .heading{font-size:13px;font-weight:600}.caption,.legend{font-size:11px}.more{font-size:10.5px;font-weight:600}
            .credit{fill:none;stroke-linecap:round}.disputed{stroke-opacity:.45}.gone .heading{font-style:italic;font-weight:400}
            .box{stroke-width:1.2}.gone .box{stroke-dasharray:5 4}.focus .box{stroke-width:2.4}
            """
        let dashes = CreditStyle.all.compactMap { style in
            style.dash.map { ".credit.\(style.name){stroke-dasharray:\($0)}" }
        }
        let light = scheme(
            ground: "#f7f8fa", box: "#ffffff", line: "#b8c0cc", text: "#1b2430", faint: "#5c6773", gone: "#eceff3",
            focus: "#fff4da", focusLine: "#d99a1c", isDark: false)
        let dark = scheme(
            ground: "#14181f", box: "#1f2630", line: "#475262", text: "#e8edf4", faint: "#9fabb9", gone: "#191e26",
            focus: "#3a3017", focusLine: "#e0ac3c", isDark: true)
        return "<style>\n" + base + "\n" + dashes.joined() + "\n" + light
            + "\n@media (prefers-color-scheme: dark){\n" + dark + "\n}\n</style>"
    }()

    private static func scheme(
        ground: String, box: String, line: String, text: String, faint: String, gone: String, focus: String,
        focusLine: String, isDark: Bool
    ) -> String {
        let credits = CreditStyle.all.map { style in
            let color = isDark ? style.dark : style.light
            return ".credit.\(style.name){stroke:\(color)}.head.\(style.name){fill:\(color)}"
        }
        return """
            .ground{fill:\(ground)}.box{fill:\(box);stroke:\(line)}.heading{fill:\(text)}
            .caption,.legend,.more{fill:\(faint)}.gone .box{fill:\(gone)}.gone .heading{fill:\(faint)}
            .focus .box{fill:\(focus);stroke:\(focusLine)}
            """ + "\n" + credits.joined()
    }
}
