import Lineage

extension LineagePicture {
    /// A Graphviz file: `dot -Tsvg file.dot`. Ancestors stand left, descendants right.
    public func dot() -> String {
        var lines = [
            "digraph lineage {", "  rankdir=LR; nodesep=0.25; ranksep=0.8; bgcolor=\"transparent\";",
            "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", color=\"#b8c0cc\", "
                + "fontname=\"Helvetica,Arial,sans-serif\", fontsize=11, margin=\"0.16,0.08\"];",
            "  edge [arrowsize=0.7, fontname=\"Helvetica,Arial,sans-serif\", fontsize=9];",
        ]
        for (number, box) in boxes.enumerated() {
            lines.append("  n\(number) [\(attributes(box))];")
            if box.moreParents > 0 {
                lines.append(Self.marker("p\(number)", box.moreParents))
                lines.append("  p\(number) -> n\(number) [style=dotted, color=\"#9aa5b1\", arrowhead=none];")
            }
            if box.moreChildren > 0 {
                lines.append(Self.marker("c\(number)", box.moreChildren))
                lines.append("  n\(number) -> c\(number) [style=dotted, color=\"#9aa5b1\", arrowhead=none];")
            }
        }
        for arrow in arrows {
            let style = CreditStyle.of(arrow.kind)
            var attributes = [
                "style=\(style.graphviz)", "color=\"\(style.light)\"",
                "penwidth=\(1 + 1.5 * (arrow.weight * 10).rounded() / 10)", "tooltip=\(Self.quoted(arrow.tooltip))",
            ]
            if arrow.flags.contains(.disputed) { attributes.append("label=\"disputed\"") }
            lines.append("  n\(arrow.parent) -> n\(arrow.child) [\(attributes.joined(separator: ", "))];")
        }
        return (lines + ["}", ""]).joined(separator: "\n")
    }

    private func attributes(_ box: Box) -> String {
        let heading = TextFitting.fitted(box.heading, size: 12, width: 190)
        let caption = TextFitting.fitted(box.caption, size: 11, width: 190)
        let text = caption.isEmpty ? heading : heading + "\n" + caption
        var attributes = ["label=\(Self.quoted(text))", "tooltip=\(Self.quoted(box.tooltip))"]
        if box.isFocus { attributes.append("fillcolor=\"#fff3d6\", color=\"#d99a1c\", penwidth=2") }
        if box.label.state != .live {
            attributes.append("style=\"rounded,filled,dashed\", fillcolor=\"#eef0f3\", fontcolor=\"#66707c\"")
        }
        return attributes.joined(separator: ", ")
    }

    private static func marker(_ name: String, _ count: Int) -> String {
        "  \(name) [label=\"+\(count) more\", shape=plaintext, style=\"\", fontcolor=\"#66707c\"];"
    }

    /// A quoted string of the DOT language; line ends as `\n`. Scalar by scalar, so that no quote hides in a cluster.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\u{0}"..."\u{1F}", "\u{7F}": quoted += " "
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
