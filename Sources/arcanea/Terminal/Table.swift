/// Columns of text for a person: left- or right-aligned, cut to the terminal's width.
struct Table {
    enum Alignment { case left, right }

    struct Column {
        var title: String
        var alignment: Alignment
        /// Widest that the column gets; longer cells end in `…`.
        var widthMax: Int

        init(_ title: String, _ alignment: Alignment = .left, widthMax: Int = 60) {
            self.title = title
            self.alignment = alignment
            self.widthMax = widthMax
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has as many cells as the table has columns")
        rows.append(cells.map { $0.replacing("\n", with: " ") })
    }

    func render() -> String {
        let widths = columns.indices.map { index in
            min(columns[index].widthMax, ([columns[index].title] + rows.map { $0[index] }).map(\.count).max() ?? 0)
        }
        let lines = ([columns.map(\.title)] + rows).map { row in
            columns.indices.map { index in
                pad(row[index], width: widths[index], columns[index].alignment)
            }.joined(separator: "  ").trimmingTrailingSpaces()
        }
        return lines.joined(separator: "\n")
    }

    private func pad(_ cell: String, width: Int, _ alignment: Alignment) -> String {
        guard cell.count <= width else { return String(cell.prefix(width - 1)) + "…" }
        let space = String(repeating: " ", count: width - cell.count)
        return alignment == .left ? cell + space : space + cell
    }
}

extension String {
    fileprivate func trimmingTrailingSpaces() -> String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
