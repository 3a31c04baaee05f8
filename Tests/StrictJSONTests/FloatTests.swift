import StrictJSON
import TestSupport
import Testing

/// Numbers straight into floats: each equals `Float(text)`, bit for bit.
struct FloatTests {
    private func read(_ texts: [String]) throws -> [Float] {
        var reader = try object("{\"a\\\"b\":\"1\",\"vector\":[\(texts.joined(separator: ","))],\"z\":-1.5}")
        return try #require(try reader.optionalFloats("vector", count: texts.count...texts.count))
    }

    @Test("random decimals of every length and magnitude equal Float(text)")
    func randomDecimals() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let texts = (0..<100).map { _ in
                let digits = Int.random(in: 1...25, using: &random)
                let mantissa = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
                let sign = Bool.random(using: &random) ? "-" : ""
                return
                    "\(sign)\(Int.random(in: 0...9, using: &random)).\(mantissa)e\(Int.random(in: -46...37, using: &random))"
            }
            let floats = try read(texts)
            for (text, float) in zip(texts, floats) {
                #expect(float.bitPattern == Float(text)?.bitPattern, "\(text), seed \(seed)")
            }
        }
    }

    @Test("decimals next to the middle between two floats are rounded once")
    func halfway() throws {
        let seed = testSeed()
        var random = SeededGenerator(seed: seed)
        var texts: [String] = []
        for _ in 0..<300 {
            // A float and the exact middle to its neighbor, written out in full, then nudged in a digit far behind.
            let pattern = UInt32.random(in: 0x2000_0000...0x5000_0000, using: &random)
            let low = Double(Float(bitPattern: pattern))
            let middle = low + (Double(Float(bitPattern: pattern + 1)) - low) / 2
            let exact = exactDecimal(middle)
            texts += [exact, exact + "0000000000000000000001", "-" + exact + "00000000000000000001"]
        }
        let floats = try read(texts)
        var doublyRounded = 0
        for (text, float) in zip(texts, floats) {
            #expect(float.bitPattern == Float(text)?.bitPattern, "\(text), seed \(seed)")
            if let double = Double(text), Float(double) != float { doublyRounded += 1 }
        }
        // Without care a part of these comes out wrong: the test would notice.
        #expect(doublyRounded > 50, "seed \(seed)")
    }

    @Test("subnormals, whole numbers, zeros and the largest float")
    func edges() throws {
        let texts = [
            "1.401298464324817e-45", "7.006492321624085e-46", "7.0064923216240854e-46", "1.1754942e-38", "1e-60",
            "3.4028234663852886e38", "3.4028235677973365e38", "16777217", "16777219", "9007199254740993",
            "18446744073709551615", "-9223372036854775808", "0", "0.0", "-0.0", "1E0", "33554433.000000001",
        ]
        let floats = try read(texts)
        for (text, float) in zip(texts, floats) {
            #expect(float.bitPattern == Float(text)?.bitPattern, "\(text)")
        }
        #expect(try read(["-0"])[0] == 0)
    }

    @Test("items that are no finite float are refused by position")
    func badItems() throws {
        func error(_ vector: String, count: ClosedRange<Int> = 1...9) throws -> JSONError? {
            var reader = try object("{\"vector\":\(vector)}")
            return refusal { try reader.optionalFloats("vector", count: count) }
        }
        let large = try error("[0,1,1e39]")
        #expect(large?.field == "vector[2]")
        #expect(large?.message == "vector[2] must be a finite 32-bit float, got 1e+39")
        #expect(large?.limit == "-3.4028235e+38…3.4028235e+38")
        // The middle between the largest float and 2^128 rounds up to infinity.
        #expect(try error("[340282356779733661637539395458142568448.0]")?.field == "vector[0]")
        #expect(try error("[340282356779733661637539395458142568447.9]") == nil)
        #expect(try error("[0,\"1\"]")?.message == "vector[1] must be a number, got \"1\"")
        #expect(try error("[0,null]")?.message == "vector[1] must be a number, got null")
        #expect(try error("[[1]]")?.field == "vector[0]")
        #expect(try error("[true]")?.field == "vector[0]")
        #expect(try error("[1,{\"a\":[]}]")?.field == "vector[1]")
        #expect(try error("[1,2]", count: 3...3)?.message == "vector must hold 3 numbers, got 2")
        #expect(try error("[1,2]", count: 3...3)?.limit == "3 numbers")
        #expect(try error("[1,2]", count: 1...1)?.field == "vector")
        #expect(try error("[]")?.limit == "1…9 numbers")
        #expect(try error("\"x\"")?.message == "vector must be an array of numbers, got \"x\"")
    }

    @Test("numbers go into a caller's memory")
    func intoBuffer() throws {
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
        defer { buffer.deallocate() }
        try element("[1,2.5,-3e2]").floats(into: buffer)
        #expect(Array(buffer) == [1, 2.5, -300])
        #expect(refusal { try element("[1,2]").floats(into: buffer) }?.limit == "3 numbers")
    }

    /// All digits of a double: multiplication of its decimal digits by two or division by two, on paper.
    private func exactDecimal(_ value: Double) -> String {
        var digits = String(value.significandBitPattern | 1 << 52).map { Int(String($0)) ?? 0 }
        var point = digits.count
        let exponent = Int(value.exponent) - 52
        for _ in 0..<abs(exponent) {
            var carry = 0
            if exponent > 0 {
                for position in digits.indices.reversed() {
                    let product = digits[position] * 2 + carry
                    digits[position] = product % 10
                    carry = product / 10
                }
                if carry > 0 {
                    digits.insert(carry, at: 0)
                    point += 1
                }
            } else {
                for position in digits.indices {
                    let dividend = carry * 10 + digits[position]
                    digits[position] = dividend / 2
                    carry = dividend % 2
                }
                if carry > 0 { digits.append(5) }
            }
        }
        while point > 1, digits.first == 0 {
            digits.removeFirst()
            point -= 1
        }
        let text = digits.map(String.init).joined()
        return point >= digits.count ? text + ".0" : text.prefix(point) + "." + text.dropFirst(point)
    }
}
