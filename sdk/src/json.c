/* Reading JSON: limits first, then jansson, then a tree in the arena. */
#include "json_scan.h"

#include <errno.h>
#include <jansson.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <stdio.h>
#include <string.h>

/* Fails with line and column of an octet, both counted from 1. */
static int32_t fail_at(signet_call_t *call, const char *reason, signet_bytes_t input, uint64_t at,
                       const char *what)
{
    uint64_t line = 1;
    uint64_t column = 1;
    for (uint64_t i = 0; i < at; i++) {
        column = input.data[i] == '\n' ? 1 : column + 1;
        line += input.data[i] == '\n' ? 1 : 0;
    }
    return signet_fail(call, SIGNET_INVALID, reason,
                       "The JSON is refused at line %llu, column %llu: %s.",
                       (unsigned long long)line, (unsigned long long)column, what);
}

/* What jansson found, in our words: its own quote the input, which may hold a secret. */
static const char *sentence_of(enum json_error_code code)
{
    switch (code) {
    case json_error_premature_end_of_input:
        return "the input ends too early";
    case json_error_end_of_input_expected:
        return "something follows the value";
    case json_error_invalid_utf8:
        return "the text is not well-formed UTF-8";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "U+0000 is not permitted";
    case json_error_duplicate_key:
        return "a member occurs twice";
    case json_error_numeric_overflow:
        return "a number is out of range";
    case json_error_stack_overflow:
        return "values are nested too deep";
    default:
        return "this is not JSON (RFC 8259)";
    }
}

static int32_t build(signet_call_t *call, json_t *from, signet_json_t *to);

static int32_t build_array(signet_call_t *call, json_t *from, signet_json_t *to)
{
    uint64_t count = json_array_size(from);
    signet_json_t *items = signet_alloc(call, count, sizeof *items);
    int32_t status = items ? SIGNET_OK : SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        status = build(call, json_array_get(from, i), &items[i]);
    }
    to->items = items;
    to->count = count;
    return status;
}

static int32_t build_object(signet_call_t *call, json_t *from, signet_json_t *to)
{
    signet_json_t *items = signet_alloc(call, json_object_size(from), sizeof *items);
    int32_t status = items ? SIGNET_OK : SIGNET_NO_MEMORY;
    uint64_t count = 0;
    for (void *at = json_object_iter(from); status == SIGNET_OK && at;
         at = json_object_iter_next(from, at)) {
        signet_text_t name = {json_object_iter_key(at), json_object_iter_key_len(at)};
        items[count].name = signet_text_copy(call, name);
        status = items[count].name.data ? build(call, json_object_iter_value(at), &items[count])
                                        : SIGNET_NO_MEMORY;
        count++;
    }
    to->items = items;
    to->count = count;
    return status;
}

/* Copies a value of jansson's into the arena. The recursion is as deep as the scan permitted. */
static int32_t build(signet_call_t *call, json_t *from, signet_json_t *to)
{
    switch (json_typeof(from)) {
    case JSON_OBJECT:
        to->kind = SIGNET_JSON_OBJECT;
        return build_object(call, from, to);
    case JSON_ARRAY:
        to->kind = SIGNET_JSON_ARRAY;
        return build_array(call, from, to);
    case JSON_STRING:
        to->kind = SIGNET_JSON_TEXT;
        to->text = signet_text_copy(
            call, (signet_text_t){json_string_value(from), json_string_length(from)});
        return to->text.data ? SIGNET_OK : SIGNET_NO_MEMORY;
    case JSON_INTEGER:
        to->kind = SIGNET_JSON_INTEGER;
        to->integer = json_integer_value(from);
        return SIGNET_OK;
    case JSON_REAL:
        to->kind = SIGNET_JSON_REAL;
        to->real = json_real_value(from);
        return SIGNET_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        to->kind = SIGNET_JSON_BOOLEAN;
        to->integer = json_is_true(from);
        return SIGNET_OK;
    default:
        to->kind = SIGNET_JSON_NULL;
        return SIGNET_OK;
    }
}

int32_t signet_json_parse(signet_call_t *call, signet_bytes_t input, uint64_t limit,
                          const signet_json_t **value)
{
    if (input.length > limit) {
        return signet_fail(call, SIGNET_TOO_LARGE, "json.too-large",
                           "The JSON has %llu octets: at most %llu are taken.",
                           (unsigned long long)input.length, (unsigned long long)limit);
    }
    uint64_t at = 0;
    const char *reason = "json.malformed";
    const char *what = signet_json_scan(input, &at, &reason);
    if (what) {
        return fail_at(call, reason, input, at, what);
    }
    json_error_t error;
    errno = 0;
    json_t *parsed = json_loadb(input.length > 0 ? (const char *)input.data : "", input.length,
                                JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    /* Where it has no memory, the parser mostly says that the text is wrong, or leaves out a part.
     */
    if (errno == ENOMEM) {
        json_decref(parsed);
        return signet_fail_memory(call);
    }
    if (!parsed) {
        enum json_error_code code = json_error_code(&error);
        if (code == json_error_out_of_memory) {
            return signet_fail_memory(call);
        }
        at = error.position > 0 ? (uint64_t)error.position - 1 : 0;
        return fail_at(call, "json.malformed", input, at < input.length ? at : input.length,
                       sentence_of(code));
    }
    signet_json_t *root = signet_alloc(call, 1, sizeof *root);
    int32_t status = root ? build(call, parsed, root) : SIGNET_NO_MEMORY;
    json_decref(parsed);
    *value = status == SIGNET_OK ? root : NULL;
    return status;
}

const signet_json_t *signet_json_get(const signet_json_t *object, const char *name)
{
    if (!object || object->kind != SIGNET_JSON_OBJECT) {
        return NULL;
    }
    for (uint64_t i = 0; i < object->count; i++) {
        if (signet_text_is(object->items[i].name, name)) {
            return &object->items[i];
        }
    }
    return NULL;
}

int32_t signet_json_get_text(signet_call_t *call, const signet_json_t *object, const char *name,
                             signet_text_t *text)
{
    const signet_json_t *member = signet_json_get(object, name);
    if (member && member->kind != SIGNET_JSON_TEXT) {
        return signet_fail_field(call, SIGNET_INVALID, "json.wrong-type", name,
                                 "\"%s\" must be a text.", name);
    }
    *text = member ? member->text : (signet_text_t){NULL, 0};
    return SIGNET_OK;
}

int32_t signet_json_get_integer(signet_call_t *call, const signet_json_t *object, const char *name,
                                int64_t *integer)
{
    const signet_json_t *member = signet_json_get(object, name);
    if (member && member->kind != SIGNET_JSON_INTEGER) {
        return signet_fail_field(call, SIGNET_INVALID, "json.wrong-type", name,
                                 "\"%s\" must be a whole number.", name);
    }
    if (member) {
        *integer = member->integer;
    }
    return SIGNET_OK;
}

static int is_among(signet_text_t name, const char *const *names, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_is(name, names[i])) {
            return 1;
        }
    }
    return 0;
}

int32_t signet_json_only(signet_call_t *call, const signet_json_t *object, const char *const *names,
                         uint64_t count)
{
    if (!object || object->kind != SIGNET_JSON_OBJECT) {
        return signet_fail(call, SIGNET_INVALID, "json.wrong-type", "A JSON object is expected.");
    }
    for (uint64_t i = 0; i < object->count; i++) {
        signet_text_t name = object->items[i].name;
        if (!is_among(name, names, count)) {
            const char *field = signet_text_string(call, name);
            if (!field) {
                return signet_status(call);
            }
            return signet_fail_field(call, SIGNET_INVALID, "json.unknown-member", field,
                                     "\"%s\" is not a member that is known here: remove it.",
                                     field);
        }
    }
    return SIGNET_OK;
}
