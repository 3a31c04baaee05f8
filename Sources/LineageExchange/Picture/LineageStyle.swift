import Lineage

/// How kinds of credits look, in SVG and in Graphviz files alike: told apart by dash and by color.
struct CreditStyle {
    var name: String
    var light: String
    var dark: String
    /// SVG dash pattern, `nil` for a solid line.
    var dash: String?
    var graphviz: String

    static func of(_ kind: EdgeKind) -> CreditStyle {
        switch kind {
        case .remix: CreditStyle(name: "remix", light: "#2f6fde", dark: "#7aa8ff", dash: nil, graphviz: "solid")
        case .variation:
            CreditStyle(name: "variation", light: "#8a3fd1", dark: "#c39bff", dash: "9 4", graphviz: "dashed")
        case .collab:
            CreditStyle(name: "collab", light: "#0d8a6a", dark: "#4fd1ad", dash: "12 4 2 4", graphviz: "dashed")
        case .inspiredBy:
            CreditStyle(name: "inspiredBy", light: "#c2620a", dark: "#ffae5c", dash: "2 4", graphviz: "dotted")
        default: CreditStyle(name: "other", light: "#66707c", dark: "#9aa5b1", dash: "5 3", graphviz: "dashed")
        }
    }

    /// All styles, in the order of a legend.
    static let all: [CreditStyle] = (EdgeKind.named + [EdgeKind(rawValue: 15)]).map(of)
}
