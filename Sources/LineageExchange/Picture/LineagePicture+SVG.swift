import Lineage

extension LineagePicture {
    /// A picture that stands alone: no script, no font, nothing to load; light or dark as the reader's system is.
    ///
    /// - Parameters:
    ///   - isStyled: whether colors are inside. Without them the viewer brings its own, for the same classes.
    ///   - link: the address that a work leads to, `nil` for none. Not asked for works that nobody may look at.
    /// - Complexity: O(boxes · arrows), for pictures of the size that ``LineageNeighborhood`` gives.
    public func svg(isStyled: Bool = true, link: (Label) -> String? = { _ in nil }) -> String {
        let geometry = PictureGeometry(self)
        var body: [String] = []
        for (number, arrow) in arrows.enumerated() { body.append(Self.draw(arrow, geometry.path(ofArrow: number))) }
        for (number, box) in boxes.enumerated() {
            let address = box.isOpen ? link(box.label) : nil
            body.append(Self.draw(box, geometry.frame(ofBox: number), address))
        }
        let legend = PictureLegend(self)
        let width = max(geometry.width, legend.width) + 2 * PictureGeometry.margin
        let height = geometry.height + legend.height + 2 * PictureGeometry.margin
        let size = "width=\"\(Self.text(width))\" height=\"\(Self.text(height))\""
        // Alone in a window, a wide picture is seen whole. Whoever places it in a page decides for itself.
        let fitting = isStyled ? " style=\"max-width:100%;height:auto\"" : ""
        let origin = "translate(\(Self.text(PictureGeometry.margin)) \(Self.text(PictureGeometry.margin)))"
        let name = XMLText.escaped("Lineage of " + (boxes.first?.heading ?? ""))
        return """
            <svg xmlns="http://www.w3.org/2000/svg" \(size) viewBox="0 0 \(Self.text(width)) \(Self.text(height))" \
            role="img" aria-label="\(name)"\(fitting)>
            <title>\(name)</title>
            \(isStyled ? PictureStyleSheet.text : "")
            <rect class="ground" width="100%" height="100%"/>
            <g transform="\(origin)">
            \(body.joined(separator: "\n"))
            <g class="legend-row" transform="translate(0 \(Self.text(geometry.height + 18)))">
            \(legend.svg)
            </g>
            </g>
            </svg>

            """
    }

    private static func draw(_ arrow: Arrow, _ path: String) -> String {
        let style = CreditStyle.of(arrow.kind)
        let weight = text(1.2 + 1.6 * Double(arrow.weight))
        let disputed = arrow.flags.contains(.disputed) ? " disputed" : ""
        let tooltip = "<title>\(XMLText.escaped(arrow.tooltip))</title>"
        let line = "<path class=\"credit \(style.name)\(disputed)\" stroke-width=\"\(weight)\" d=\"\(path)\">"
        return line + tooltip + "</path>" + head(style.name, atEndOf: path)
    }

    /// The arrow's head as a shape of its own: markers do not follow the color of the line in all viewers.
    private static func head(_ style: String, atEndOf path: String) -> String {
        let numbers = path.split { $0 == " " || $0 == "," }.suffix(2).map(String.init)
        return "<path class=\"head \(style)\" transform=\"translate(\(numbers.joined(separator: " ")))\" "
            + "d=\"M0.5 0L-8 -4L-6 0L-8 4Z\"/>"
    }

    private static func draw(_ box: Box, _ frame: PictureGeometry.Frame, _ address: String?) -> String {
        let state = box.label.state == .live && !box.label.isPrivate ? "" : " gone"
        let focus = box.isFocus ? " focus" : ""
        let inner = PictureGeometry.boxWidth - 24
        var lines = [
            "<g class=\"work\(state)\(focus)\" transform=\"translate(\(text(frame.x)) \(text(frame.y)))\">",
            "<title>\(XMLText.escaped(box.tooltip))</title>",
            "<rect class=\"box\" width=\"\(text(PictureGeometry.boxWidth))\" "
                + "height=\"\(text(PictureGeometry.boxHeight))\" rx=\"8\"/>",
        ]
        let heading = XMLText.escaped(TextFitting.fitted(box.heading, size: 13, width: inner))
        let caption = XMLText.escaped(TextFitting.fitted(box.caption, size: 11, width: inner))
        lines.append("<text class=\"heading\" x=\"12\" y=\"\(caption.isEmpty ? 29 : 20)\">\(heading)</text>")
        if !caption.isEmpty { lines.append("<text class=\"caption\" x=\"12\" y=\"36\">\(caption)</text>") }
        if box.moreParents > 0 { lines.append(more(box.moreParents, isLeft: true)) }
        if box.moreChildren > 0 { lines.append(more(box.moreChildren, isLeft: false)) }
        let drawn = lines.joined() + "</g>"
        return address.map { "<a href=\"\(XMLText.escaped($0))\">\(drawn)</a>" } ?? drawn
    }

    /// `+12 more`, under the side where they would stand.
    private static func more(_ count: Int, isLeft: Bool) -> String {
        let label = isLeft ? "◂ +\(count) more" : "+\(count) more ▸"
        let x = isLeft ? 8 : PictureGeometry.boxWidth - 8
        let anchor = isLeft ? "start" : "end"
        return "<text class=\"more\" x=\"\(text(x))\" y=\"\(text(PictureGeometry.boxHeight + 14))\" "
            + "text-anchor=\"\(anchor)\">\(label)</text>"
    }

    /// One decimal, no exponent.
    static func text(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        return tenths % 10 == 0
            ? "\(tenths / 10)" : "\(sign)\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
