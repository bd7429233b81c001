/* Reading JSON: the tree and what it is asked. */
#include "json_reader.h"

#include <signet/sdk/error.h>
#include <string.h>

/* Fails with line and column of what is wrong, both counted from 1. The message never quotes the
 * input, which may hold a secret. */
static int32_t fail_at(const signet_json_reader_t *reader)
{
    uint64_t line = 1;
    uint64_t column = 1;
    for (const uint8_t *octet = reader->begin; octet < reader->wrong; octet++) {
        column = *octet == '\n' ? 1 : column + 1;
        line += *octet == '\n' ? 1 : 0;
    }
    return signet_fail(reader->call, SIGNET_INVALID, reader->reason,
                       "The JSON is refused at line %llu, column %llu: %s.",
                       (unsigned long long)line, (unsigned long long)column, reader->what);
}

int32_t signet_json_parse(signet_call_t *call, signet_bytes_t input, uint64_t limit,
                          const signet_json_t **value)
{
    *value = NULL;
    if (input.length > limit) {
        return signet_fail(call, SIGNET_TOO_LARGE, "json.too-large",
                           "The JSON has %llu octets: at most %llu are taken.",
                           (unsigned long long)input.length, (unsigned long long)limit);
    }
    const uint8_t *begin = input.length > 0 ? input.data : (const uint8_t *)"";
    signet_json_reader_t reader = {
        .call = call, .begin = begin, .next = begin, .end = begin + input.length};
    signet_json_t *root = signet_alloc(call, 1, sizeof *root);
    if (root == NULL) {
        return SIGNET_NO_MEMORY;
    }
    if (signet_json_read(&reader, root) == 0) {
        *value = root;
        return SIGNET_OK;
    }
    return reader.what == NULL ? signet_status(call) : fail_at(&reader);
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
