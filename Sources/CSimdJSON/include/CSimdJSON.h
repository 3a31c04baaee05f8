/// A C face for simdjson's DOM parser: parse a whole document, then read its tape.
///
/// The tape is simdjson's documented in-memory form of a document (doc/tape.md in its repository): 64-bit words with
/// a type letter in the top byte and a payload in the other 56 bits. Swift reads the words directly, so that no call
/// crosses the language border per element.
///
///   'r'            document start; payload = index of the word after the document
///   '{' '['        payload bits 0-31 = index just past the matching end word, bits 32-55 = count, saturated
///   '}' ']'        payload = index of the matching start word
///   '"'            payload = offset into `strings`: 32-bit native-endian byte length, the bytes, a zero byte
///   'l' 'u' 'd'    the next word is an int64, uint64 or double
///   't' 'f' 'n'    true, false, null
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Zeroed bytes that must be readable after the end of the text handed to `csimdjson_parse`.
#define CSIMDJSON_PADDING 64

/// Outcome of a parse.
typedef enum {
    CSIMDJSON_OK = 0,
    /// The text is not one well-formed JSON document in UTF-8. The caller finds out where.
    CSIMDJSON_MALFORMED = 1,
    /// Arrays and objects are nested deeper than the parser allows.
    CSIMDJSON_TOO_DEEP = 2,
    CSIMDJSON_OUT_OF_MEMORY = 3,
} csimdjson_status;

typedef struct csimdjson_parser csimdjson_parser;

/// A parsed document. The pointers belong to the parser and hold until its next parse or its destruction.
typedef struct {
    const uint64_t *tape;
    const uint8_t *strings;
} csimdjson_tape;

/// A parser that allows arrays and objects to be nested `depth_max` levels; null when memory is short.
/// A parser serves one document at a time and may move between threads.
csimdjson_parser *csimdjson_parser_create(size_t depth_max);

void csimdjson_parser_destroy(csimdjson_parser *parser);

/// Makes room for a text of `length` bytes plus padding and returns where to put it; null when memory is short.
uint8_t *csimdjson_parser_buffer(csimdjson_parser *parser, size_t length);

/// Parses the first `length` bytes of the parser's buffer. On success `tape` describes the document.
csimdjson_status csimdjson_parse(csimdjson_parser *parser, size_t length, csimdjson_tape *tape);

/// Bytes of text that the parser can take without allocating: what keeping it costs is some six times as much.
size_t csimdjson_parser_capacity(const csimdjson_parser *parser);

#ifdef __cplusplus
}
#endif

#endif
