#include "models/scenario/scan.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEEPEST = 500, LONGEST_NUMBER = 60, WORD_SIZE = 48 };

struct scanner {
    const char *at, *end;
    const char *line_begin;
    int line;
    int depth;
    const char *what;
    struct scan *scan;
    struct error *err;
};

static int column_of(const struct scanner *s, const char *at)
{
    return (int)(at - s->line_begin) + 1;
}

/* Sets the place of the error that was just set; returns false. */
static bool stand(struct scanner *s, const char *at)
{
    if (s->err != NULL) {
        s->err->line = s->line;
        s->err->column = column_of(s, at);
    }
    return false;
}

static void skip_spaces(struct scanner *s)
{
    for (; s->at < s->end; s->at++) {
        if (*s->at == '\n') {
            s->line++;
            s->line_begin = s->at + 1;
        } else if (*s->at != ' ' && *s->at != '\t' && *s->at != '\r') {
            return;
        }
    }
}

static bool is_digit(const struct scanner *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* A character that may be shown as it is inside quotes. */
static bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* Length of the UTF-8 sequence at `at` (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF); 0:
 * invalid. */
static size_t utf8_length(const char *at, const char *end)
{
    const unsigned char *u = (const unsigned char *)at;
    const size_t left = (size_t)(end - at);
    if (u[0] < 0x80)
        return 1;
    const size_t length = u[0] >= 0xC2 && u[0] <= 0xDF   ? 2
                          : u[0] >= 0xE0 && u[0] <= 0xEF ? 3
                          : u[0] >= 0xF0 && u[0] <= 0xF4 ? 4
                                                         : 0;
    if (length == 0 || left < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((u[i] & 0xC0) != 0x80)
            return 0;
    if ((u[0] == 0xE0 && u[1] < 0xA0) || (u[0] == 0xED && u[1] > 0x9F) || (u[0] == 0xF0 && u[1] < 0x90) ||
        (u[0] == 0xF4 && u[1] > 0x8F))
        return 0;
    return length;
}

/* What stands here, for messages: a word, a text, a character, a byte or the end. */
static const char *found(const struct scanner *s, char out[WORD_SIZE])
{
    enum { MOST = 24 };
    if (s->at >= s->end) {
        snprintf(out, WORD_SIZE, "the end of the %s", s->what);
        return out;
    }
    const unsigned char c = (unsigned char)*s->at;
    size_t length = utf8_length(s->at, s->end);
    if (c == ' ' || c == '\n' || c == '\r') {
        snprintf(out, WORD_SIZE, c == ' ' ? "a space" : "the end of the line");
    } else if (length == 0 || c < 0x20 || c == 0x7F) {
        snprintf(out, WORD_SIZE, "the byte 0x%02X", c);
    } else if (length > 1) { /* as a number: it may look like a space or like another */
        unsigned code = c & (0xFFu >> (length + 1));
        for (size_t i = 1; i < length; i++)
            code = code << 6 | ((unsigned char)s->at[i] & 0x3Fu);
        snprintf(out, WORD_SIZE, "the character U+%04X", code);
    } else if (c == '"') {
        while (length < MOST && s->at + length < s->end && is_plain(s->at[length]))
            length++;
        const bool closed = s->at + length < s->end && s->at[length] == '"';
        snprintf(out, WORD_SIZE, closed ? "%.*s\"" : "a text", (int)length, s->at);
    } else {
        while (is_word((char)c) && length < MOST && s->at + length < s->end && is_word(s->at[length]))
            length++;
        snprintf(out, WORD_SIZE, "\"%.*s\"", (int)length, s->at);
    }
    return out;
}

static bool expected(struct scanner *s, const char *expectation)
{
    char word[WORD_SIZE];
    if (s->at + 1 < s->end && s->at[0] == '/' && (s->at[1] == '/' || s->at[1] == '*'))
        error_set(s->err, "JSON has no comments");
    else if (s->at < s->end && utf8_length(s->at, s->end) == 0)
        error_set(s->err, "the byte 0x%02X is not valid UTF-8", (unsigned char)*s->at);
    else if (s->at < s->end && *s->at == '\'')
        error_set(s->err, "expected %s, found \"'\": texts stand in double quotes", expectation);
    else
        error_set(s->err, "expected %s, found %s", expectation, found(s, word));
    return stand(s, s->at);
}

/* at: the first byte after \u. */
static bool scan_hex(struct scanner *s, unsigned *out)
{
    unsigned code = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        if (s->at >= s->end || !isxdigit((unsigned char)*s->at))
            return expected(s, "four hexadecimal digits after \\u");
        const char c = *s->at;
        code = code * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    *out = code;
    return true;
}

static bool scan_escape(struct scanner *s)
{
    const char *begin = s->at++; /* the backslash */
    if (s->at >= s->end)
        return expected(s, "an escape after \"\\\"");
    if (strchr("\"\\/bfnrt", *s->at) != NULL && *s->at != '\0') {
        s->at++;
        return true;
    }
    if (*s->at != 'u') {
        const unsigned char c = (unsigned char)*s->at;
        if (c > 0x20 && c < 0x7F)
            error_set(s->err,
                      "unknown escape \"\\%c\"; JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX", c);
        else
            error_set(s->err, "unknown escape: a backslash before the byte 0x%02X", c);
        return stand(s, begin);
    }
    s->at++;
    unsigned code = 0, low = 0;
    if (!scan_hex(s, &code))
        return false;
    if (code == 0) {
        error_set(s->err, "the character \\u0000 is not allowed");
        return stand(s, begin);
    }
    if (code < 0xD800 || code > 0xDFFF)
        return true;
    if (code <= 0xDBFF && s->end - s->at >= 2 && s->at[0] == '\\' && s->at[1] == 'u') {
        s->at += 2;
        if (!scan_hex(s, &low))
            return false;
        if (low >= 0xDC00 && low <= 0xDFFF)
            return true;
    }
    error_set(s->err, "\\u%04X is half of a surrogate pair", code);
    return stand(s, begin);
}

/* at: the opening quote. */
static bool scan_string(struct scanner *s)
{
    const char *begin = s->at++;
    while (s->at < s->end) {
        const unsigned char c = (unsigned char)*s->at;
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c == '\n' || c == '\r') {
            error_set(s->err, "this text has no closing quote on its line");
            return stand(s, begin);
        }
        if (c < 0x20) {
            error_set(s->err, "the control character 0x%02X in a text is written \\u%04X", c, c);
            return stand(s, s->at);
        }
        if (c == '\\') {
            if (!scan_escape(s))
                return false;
            continue;
        }
        const size_t length = utf8_length(s->at, s->end);
        if (length == 0) {
            error_set(s->err, "the byte 0x%02X is not valid UTF-8", c);
            return stand(s, s->at);
        }
        s->at += length;
    }
    error_set(s->err, "this text has no closing quote");
    return stand(s, begin);
}

static bool scan_digits(struct scanner *s, const char *expectation)
{
    if (!is_digit(s))
        return expected(s, expectation);
    while (is_digit(s))
        s->at++;
    return true;
}

/* at: "-" or a digit. */
static bool scan_number(struct scanner *s)
{
    const char *begin = s->at;
    bool whole = true;
    if (*s->at == '-')
        s->at++;
    const char *digits = s->at;
    if (!scan_digits(s, "a digit after \"-\""))
        return false;
    if (*digits == '0' && s->at - digits > 1) {
        error_set(s->err, "a number does not begin with 0 and another digit");
        return stand(s, begin);
    }
    if (s->at < s->end && *s->at == '.') {
        whole = false;
        s->at++;
        if (!scan_digits(s, "a digit after the decimal point"))
            return false;
    }
    if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
        whole = false;
        s->at++;
        if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
            s->at++;
        if (!scan_digits(s, "a digit in the exponent"))
            return false;
    }
    const size_t length = (size_t)(s->at - begin);
    if (length > LONGEST_NUMBER) {
        error_set(s->err, "this number has more than %d characters", LONGEST_NUMBER);
        return stand(s, begin);
    }
    char text[LONGEST_NUMBER + 1];
    memcpy(text, begin, length);
    text[length] = '\0';
    if (s->at < s->end && (isalpha((unsigned char)*s->at) || *s->at == '/' || *s->at == '%') &&
        !(s->end - s->at >= 2 && *s->at == '/' && (s->at[1] == '/' || s->at[1] == '*'))) {
        size_t rest = 0;
        while (rest < 12 && s->at + rest < s->end && (is_word(s->at[rest]) || s->at[rest] == '/'))
            rest++;
        error_set(s->err, "a number with a unit stands in double quotes: \"%s%.*s\"", text, (int)rest, s->at);
        return stand(s, begin);
    }
    const double value = strtod(text, NULL);
    if (!isfinite(value)) {
        error_set(s->err, "%s is too large: the largest number is about 1.8e308", text);
        return stand(s, begin);
    }
    if (value == 0 && strcspn(text, "123456789") < strcspn(text, "eE")) {
        error_set(s->err, "%s is too small: the least number above 0 is about 4.9e-324", text);
        return stand(s, begin);
    }
    if (whole && fabs(value) >= 9007199254740992.0 &&
        strcmp(digits == begin ? text : text + 1, "9007199254740992") != 0) {
        error_set(s->err, "whole numbers above 9007199254740992 (2^53) cannot be held exactly");
        return stand(s, begin);
    }
    return true;
}

static bool scan_word(struct scanner *s)
{
    static const char *const known[] = {"true", "false", "null"};
    size_t length = 0;
    while (s->at + length < s->end && is_word(s->at[length]))
        length++;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (length == strlen(known[i]) && memcmp(s->at, known[i], length) == 0) {
            s->at += length;
            return true;
        }
    }
    char word[WORD_SIZE];
    found(s, word);
    if (strcasecmp(word, "\"nan\"") == 0 || strncasecmp(word, "\"inf", 4) == 0)
        error_set(s->err, "%s is not a number in JSON", word);
    else
        error_set(s->err, "unknown word %s; JSON has true, false and null, and texts stand in double quotes",
                  word);
    return stand(s, s->at);
}

static bool add_mark(struct scanner *s, const struct mark *mark)
{
    struct scan *scan = s->scan;
    if (scan->count == scan->size) {
        const size_t size = scan->size == 0 ? 64 : scan->size * 2;
        struct mark *marks = realloc(scan->marks, size * sizeof *marks);
        if (marks == NULL)
            return error_set(s->err, "out of memory");
        scan->marks = marks;
        scan->size = size;
    }
    scan->marks[scan->count++] = *mark;
    return true;
}

static bool scan_value(struct scanner *s, struct mark mark, const char *expectation);

/* What follows a comma is no key or value: why that may be. at: there; closing: the bracket in force. */
static bool after_comma(struct scanner *s, char closing, const char *expectation)
{
    char word[WORD_SIZE];
    if (s->at < s->end && *s->at == closing) {
        error_set(s->err, "expected %s, found %s: JSON has no comma after the last one", expectation,
                  found(s, word));
        return stand(s, s->at);
    }
    if (closing == '}' && is_digit(s) && s->at[-1] == ',' && isdigit((unsigned char)s->at[-2])) {
        error_set(s->err, "expected %s, found %s: decimals stand after a point, as in 1.5", expectation,
                  found(s, word));
        return stand(s, s->at);
    }
    return expected(s, expectation);
}

/* at: the opening brace. */
static bool scan_object(struct scanner *s)
{
    s->at++;
    skip_spaces(s);
    if (s->at < s->end && *s->at == '}') {
        s->at++;
        return true;
    }
    for (bool first = true;; first = false) {
        skip_spaces(s);
        if (s->at >= s->end || *s->at != '"')
            return first ? expected(s, "a key in double quotes or \"}\"")
                         : after_comma(s, '}', "a key in double quotes after \",\"");
        const struct mark mark = {.key_line = s->line, .key_column = column_of(s, s->at)};
        if (!scan_string(s))
            return false;
        skip_spaces(s);
        if (s->at >= s->end || *s->at != ':')
            return expected(s, "\":\" after the key");
        s->at++;
        if (!scan_value(s, mark, "a value after \":\""))
            return false;
        skip_spaces(s);
        if (s->at >= s->end || (*s->at != ',' && *s->at != '}'))
            return expected(s, "\",\" or \"}\"");
        if (*s->at++ == '}')
            return true;
    }
}

/* at: the opening bracket. */
static bool scan_array(struct scanner *s)
{
    s->at++;
    skip_spaces(s);
    if (s->at < s->end && *s->at == ']') {
        s->at++;
        return true;
    }
    for (bool first = true;; first = false) {
        if (!first) {
            skip_spaces(s);
            if (s->at < s->end && *s->at == ']')
                return after_comma(s, ']', "a value after \",\"");
        }
        if (!scan_value(s, (struct mark){0}, first ? "a value or \"]\"" : "a value after \",\""))
            return false;
        skip_spaces(s);
        if (s->at >= s->end || (*s->at != ',' && *s->at != ']'))
            return expected(s, "\",\" or \"]\"");
        if (*s->at++ == ']')
            return true;
    }
}

static bool scan_value(struct scanner *s, struct mark mark, const char *expectation)
{
    skip_spaces(s);
    if (s->at >= s->end)
        return expected(s, expectation);
    mark.line = s->line;
    mark.column = column_of(s, s->at);
    if (!add_mark(s, &mark))
        return false;
    const char c = *s->at;
    if (c == '"')
        return scan_string(s);
    if (c == '-' || is_digit(s))
        return scan_number(s);
    if (isalpha((unsigned char)c))
        return scan_word(s);
    if (c != '{' && c != '[')
        return expected(s, expectation);
    if (s->depth == DEEPEST) {
        error_set(s->err, "nested deeper than %d", DEEPEST);
        return stand(s, s->at);
    }
    s->depth++;
    const bool good = c == '{' ? scan_object(s) : scan_array(s);
    s->depth--;
    return good;
}

bool scan_json(const char *text, size_t length, const char *what, struct scan *out, struct error *err)
{
    *out = (struct scan){0};
    struct scanner s = {text, text + length, text, 1, 0, what, out, err};
    if (length == 0)
        return error_set(err, "the %s is empty", what);
    skip_spaces(&s);
    if (s.at == s.end)
        return error_set(err, "the %s holds nothing but white space", what);
    if (!scan_value(&s, (struct mark){0}, "a value"))
        return false;
    skip_spaces(&s);
    if (s.at < s.end) {
        char word[WORD_SIZE];
        error_set(err, "the scenario ended before this: found %s", found(&s, word));
        return stand(&s, s.at);
    }
    return true;
}

void scan_free(struct scan *scan)
{
    free(scan->marks);
    *scan = (struct scan){0};
}
