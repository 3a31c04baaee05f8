/// Where boxes and arrows of a picture are, in pixels.
struct PictureGeometry {
    struct Frame {
        var x: Double
        var y: Double
    }

    static let margin = 24.0
    static let boxWidth = 196.0
    static let boxHeight = 46.0
    static let columnGap = 92.0
    private static let rowGap = 16.0
    private static let markerHeight = 16.0

    private let layout: LayeredLayout
    let width: Double
    let height: Double

    init(_ picture: LineagePicture) {
        let first = picture.boxes.map(\.level).min() ?? 0
        layout = LayeredLayout(
            columns: picture.boxes.map { $0.level - first },
            heights: picture.boxes.map(Self.height),
            arrows: picture.arrows.map { ($0.parent, $0.child) })
        let columns = Double(max(1, layout.columns.count))
        width = columns * Self.boxWidth + (columns - 1) * Self.columnGap
        height = max(Self.boxHeight, layout.height - Self.rowGap / 2)
    }

    /// Height of a box with its distance to the next one; markers stand under their box, so that it gets more room on both
    /// sides, because arrows meet the middle.
    private static func height(_ box: LineagePicture.Box) -> Double {
        let hasMarker = box.moreParents > 0 || box.moreChildren > 0
        return boxHeight + rowGap + (hasMarker ? markerHeight : 0)
    }

    func frame(ofBox number: Int) -> Frame {
        Frame(x: x(layout.items[number].column), y: layout.items[number].y - Self.boxHeight / 2)
    }

    /// From the right side of the parent to the left side of the child; level through the columns between.
    func path(ofArrow number: Int) -> String {
        let route = layout.routes[number].map { layout.items[$0] }
        guard let start = route.first else { return "" }
        var x = x(start.column) + Self.boxWidth
        var y = start.y
        var path = "M\(LineagePicture.text(x)) \(LineagePicture.text(y))"
        for (index, item) in route.enumerated().dropFirst() {
            let isEnd = index == route.count - 1
            let nextX = self.x(item.column) - (isEnd ? 1 : 0)
            let middle = (x + nextX) / 2
            let points = [(middle, y), (middle, item.y), (nextX, item.y)]
            path +=
                " C" + points.map { "\(LineagePicture.text($0)) \(LineagePicture.text($1))" }.joined(separator: ", ")
            (x, y) = (nextX, item.y)
            if !isEnd {
                x += Self.boxWidth
                path += " L\(LineagePicture.text(x)) \(LineagePicture.text(y))"
            }
        }
        return path
    }

    private func x(_ column: Int) -> Double { Double(column) * (Self.boxWidth + Self.columnGap) }
}
