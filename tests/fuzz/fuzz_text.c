/* PEM, base64, JSON and times: what is read is written and read again as the same, and JSON is what
 * jansson takes it for. The first octet of an input chooses what the rest is taken for. */
#include "arena.h"

#include <jansson.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/json.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_pem(signet_call_t *call, signet_text_t text)
{
    signet_bytes_t der;
    signet_bytes_t again;
    signet_text_t rest;
    if (signet_pem_decode(call, text, "PUBLIC KEY", &der, &rest) != SIGNET_OK) {
        return;
    }
    fuzz_require(rest.length < text.length, "what follows a block is shorter than the whole");
    signet_text_t written = signet_pem(call, "PUBLIC KEY", der);
    fuzz_require(signet_pem_decode(call, written, "PUBLIC KEY", &again, NULL) == SIGNET_OK &&
                     signet_bytes_equal(der, again),
                 "PEM reads back");
}

static void fuzz_base64(signet_call_t *call, signet_text_t text)
{
    signet_bytes_t bytes;
    signet_bytes_t again;
    if (signet_base64_decode(call, text, &bytes) == SIGNET_OK) {
        fuzz_require(signet_base64_decode(call, signet_base64(call, bytes), &again) == SIGNET_OK &&
                         signet_bytes_equal(bytes, again),
                     "base64 reads back");
    }
    call->services->clear(call);
    if (signet_base64url_decode(call, text, &bytes) == SIGNET_OK) {
        fuzz_require(signet_text_equal(signet_base64url(call, bytes), text),
                     "base64url has one form for its octets");
    }
}

/* Nothing that the parser promises to refuse is in the tree. */
static uint64_t check_json(const signet_json_t *value, unsigned depth)
{
    uint64_t count = 1;
    fuzz_require(depth <= 33, "nesting is bounded");
    fuzz_require(signet_text_valid(value->text) && signet_text_valid(value->name),
                 "texts are UTF-8 without NUL");
    for (uint64_t i = 0; i < value->count; i++) {
        count += check_json(&value->items[i], depth + 1);
    }
    return count;
}

static int same(const signet_json_t *ours, const json_t *theirs);

static int same_members(const signet_json_t *ours, const json_t *theirs)
{
    int right = ours->count == json_object_size(theirs);
    for (uint64_t i = 0; right && i < ours->count; i++) {
        const signet_json_t *member = &ours->items[i];
        right = same(member, json_object_getn(theirs, member->name.data, member->name.length));
    }
    return right;
}

static int same_items(const signet_json_t *ours, const json_t *theirs)
{
    int right = ours->count == json_array_size(theirs);
    for (uint64_t i = 0; right && i < ours->count; i++) {
        right = same(&ours->items[i], json_array_get(theirs, i));
    }
    return right;
}

/* Whether both have read the same value. */
static int same(const signet_json_t *ours, const json_t *theirs)
{
    if (theirs == NULL) {
        return 0;
    }
    switch (ours->kind) {
    case SIGNET_JSON_NULL:
        return json_is_null(theirs);
    case SIGNET_JSON_BOOLEAN:
        return json_is_boolean(theirs) && json_boolean_value(theirs) == ours->integer;
    case SIGNET_JSON_INTEGER:
        return json_is_integer(theirs) && json_integer_value(theirs) == ours->integer;
    case SIGNET_JSON_REAL:
        return json_is_real(theirs) && json_real_value(theirs) == ours->real;
    case SIGNET_JSON_TEXT:
        return json_is_string(theirs) &&
               signet_text_equal(ours->text, (signet_text_t){json_string_value(theirs),
                                                             json_string_length(theirs)});
    case SIGNET_JSON_ARRAY:
        return json_is_array(theirs) && same_items(ours, theirs);
    default:
        return json_is_object(theirs) && same_members(ours, theirs);
    }
}

/* What we refuse and jansson takes is beyond a limit that it does not have. */
static int is_limit(signet_call_t *call)
{
    static const char *const limits[] = {"nested more than 32 deep", "more than 10,000 values",
                                         "a number is out of range"};
    const signet_error_t *error = call->services->error(call);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (memmem(error->message.data, error->message.length, limits[i], strlen(limits[i]))) {
            return 1;
        }
    }
    return 0;
}

static void fuzz_json(signet_call_t *call, signet_text_t text)
{
    const signet_json_t *value = NULL;
    int32_t status = signet_json_parse(call, signet_text_bytes(text), 65536, &value);
    json_t *theirs =
        json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    if (status == SIGNET_OK) {
        fuzz_require(check_json(value, 0) <= 10001, "the number of values is bounded");
        fuzz_require(same(value, theirs), "JSON is what jansson takes it for");
    } else {
        /* jansson passes over some NULs. */
        fuzz_require(theirs == NULL || is_limit(call) || memchr(text.data, 0, text.length) != NULL,
                     "JSON that jansson takes is taken");
    }
    json_decref(theirs);
}

static void fuzz_time(signet_call_t *call, signet_text_t text)
{
    int64_t time = 0;
    int64_t again = 0;
    if (signet_time_parse(call, text, &time) == SIGNET_OK) {
        fuzz_require(signet_time_parse(call, signet_time_text(call, time), &again) == SIGNET_OK &&
                         time == again,
                     "time reads back");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    signet_call_t *call = fuzz_call();
    const signet_text_t text = {(const char *)data + 1, size - 1};
    switch (data[0] % 4) {
    case 0:
        fuzz_pem(call, text);
        break;
    case 1:
        fuzz_base64(call, text);
        break;
    case 2:
        fuzz_json(call, text);
        break;
    default:
        fuzz_time(call, text);
        break;
    }
    return 0;
}
