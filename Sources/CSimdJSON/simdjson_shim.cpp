// No exception may cross into Swift: simdjson is compiled in its error-code form and every allocation is nothrow.
#define SIMDJSON_EXCEPTIONS 0

#include "CSimdJSON.h"

#include <simdjson.h>

#include <cstdlib>
#include <cstring>
#include <new>

static_assert(CSIMDJSON_PADDING >= simdjson::SIMDJSON_PADDING, "the parser reads past the text by its own padding");

struct csimdjson_parser {
    simdjson::dom::parser parser;
    simdjson::dom::document document;
    uint8_t *buffer = nullptr;
    size_t buffer_capacity = 0;
    size_t depth_max = 0;

    ~csimdjson_parser() { std::free(buffer); }
};

csimdjson_parser *csimdjson_parser_create(size_t depth_max) {
    csimdjson_parser *parser = new (std::nothrow) csimdjson_parser;
    if (parser) parser->depth_max = depth_max;
    return parser;
}

void csimdjson_parser_destroy(csimdjson_parser *parser) { delete parser; }

uint8_t *csimdjson_parser_buffer(csimdjson_parser *parser, size_t length) {
    if (length > parser->buffer_capacity || !parser->buffer) {
        // Doubling keeps a parser that sees growing texts from reallocating each time.
        size_t capacity = parser->buffer_capacity * 2;
        if (capacity < length) capacity = length;
        if (capacity < 4096) capacity = 4096;
        uint8_t *buffer = static_cast<uint8_t *>(std::malloc(capacity + CSIMDJSON_PADDING));
        if (!buffer) return nullptr;
        std::free(parser->buffer);
        parser->buffer = buffer;
        parser->buffer_capacity = capacity;
    }
    std::memset(parser->buffer + length, 0, CSIMDJSON_PADDING);
    return parser->buffer;
}

csimdjson_status csimdjson_parse(csimdjson_parser *parser, size_t length, csimdjson_tape *tape) {
    // The depth is fixed when the parser allocates, so it has to be allocated here, not on demand in parse().
    if (parser->parser.capacity() < length || parser->parser.max_depth() != parser->depth_max) {
        size_t capacity = parser->buffer_capacity > length ? parser->buffer_capacity : length;
        if (parser->parser.allocate(capacity, parser->depth_max)) return CSIMDJSON_OUT_OF_MEMORY;
    }
    if (parser->document.capacity() < length) {
        if (parser->document.allocate(parser->parser.capacity())) return CSIMDJSON_OUT_OF_MEMORY;
    }
    simdjson::dom::element root;
    simdjson::error_code error =
        parser->parser.parse_into_document(parser->document, parser->buffer, length, false).get(root);
    switch (error) {
    case simdjson::SUCCESS:
        tape->tape = parser->document.tape.get();
        tape->strings = parser->document.string_buf.get();
        return CSIMDJSON_OK;
    case simdjson::DEPTH_ERROR: return CSIMDJSON_TOO_DEEP;
    case simdjson::MEMALLOC: return CSIMDJSON_OUT_OF_MEMORY;
    default: return CSIMDJSON_MALFORMED;
    }
}

size_t csimdjson_parser_capacity(const csimdjson_parser *parser) { return parser->buffer_capacity; }
