#include "seal.h"

#include <inttypes.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/store.h>
#include <string.h>

static signet_text_t hex(signet_call_t *call, const uint8_t digest[JOURNAL_DIGEST])
{
    return signet_hex(call, (signet_bytes_t){digest, JOURNAL_DIGEST});
}

int32_t journal_seal_message(signet_call_t *call, const journal_seal_t *seal,
                             signet_bytes_t *message)
{
    const journal_range_t *range = &seal->range;
    signet_buffer_t buffer = signet_buffer(call, 512);
    signet_buffer_format(&buffer,
                         "signet-journal-seal/1\n%.*s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
                         " %" PRIu64 " %" PRId64 "\n%.*s %.*s\n",
                         SIGNET_FORMAT(seal->node), seal->index, range->epoch, range->first,
                         range->last, range->count, seal->time, SIGNET_FORMAT(seal->key),
                         SIGNET_FORMAT(seal->algorithm));
    signet_buffer_add_text(&buffer, hex(call, seal->previous));
    signet_buffer_add_byte(&buffer, '\n');
    signet_buffer_add_text(&buffer, hex(call, seal->root));
    signet_buffer_add_byte(&buffer, '\n');
    for (uint64_t i = 0; i < range->gap_count; i++)
        signet_buffer_format(&buffer, "%s%" PRIu64 "-%" PRIu64, i ? " " : "", range->gaps[2 * i],
                             range->gaps[2 * i + 1]);
    signet_buffer_add_byte(&buffer, '\n');
    if (seal->follows + 1 != seal->index)
        signet_buffer_format(&buffer, "%" PRIu64 "\n", seal->follows);
    return signet_buffer_bytes(&buffer, message);
}

int32_t journal_seal_write(signet_call_t *call, const journal_seal_t *seal, signet_bytes_t *body)
{
    const journal_range_t *range = &seal->range;
    signet_bytes_t leaves = {range->leaves, range->count * JOURNAL_DIGEST};
    signet_json_writer_t writer = signet_json_writer(call, 1024 + leaves.length * 3 / 2);
    signet_text_t text;
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "node", seal->node);
    signet_json_integer(&writer, "index", (int64_t)seal->index);
    if (seal->follows + 1 != seal->index)
        signet_json_integer(&writer, "follows", (int64_t)seal->follows);
    signet_json_integer(&writer, "epoch", (int64_t)range->epoch);
    signet_json_integer(&writer, "first", (int64_t)range->first);
    signet_json_integer(&writer, "last", (int64_t)range->last);
    signet_json_integer(&writer, "count", (int64_t)range->count);
    signet_json_integer(&writer, "time", seal->time);
    signet_json_text(&writer, "previous", hex(call, seal->previous));
    signet_json_text(&writer, "root", hex(call, seal->root));
    signet_json_text(&writer, "key", seal->key);
    signet_json_text(&writer, "uri", seal->uri);
    signet_json_text(&writer, "algorithm", seal->algorithm);
    signet_json_text(&writer, "signature", signet_base64(call, seal->signature));
    signet_json_begin_array(&writer, "gaps");
    for (uint64_t i = 0; i < 2 * range->gap_count; i++)
        signet_json_integer(&writer, NULL, (int64_t)range->gaps[i]);
    signet_json_end_array(&writer);
    signet_json_text(&writer, "leaves", signet_base64(call, leaves));
    signet_json_end_object(&writer);
    int32_t status = signet_json_finish(&writer, &text);
    *body = signet_text_bytes(text);
    return status;
}

static int32_t fail_body(signet_call_t *call)
{
    return signet_fail(call, SIGNET_INVALID, "journal.seal", "The seal's body is malformed.");
}

static int32_t read_number(signet_call_t *call, const signet_json_t *json, const char *name,
                           uint64_t *number)
{
    int64_t integer = -1;
    int32_t status = signet_json_get_integer(call, json, name, &integer);
    if (status == SIGNET_OK && integer < 0)
        return fail_body(call);
    *number = (uint64_t)integer;
    return status;
}

static int32_t read_digest(signet_call_t *call, const signet_json_t *json, const char *name,
                           uint8_t digest[JOURNAL_DIGEST])
{
    signet_text_t text = {NULL, 0};
    signet_bytes_t bytes;
    int32_t status = signet_json_get_text(call, json, name, &text);
    if (status == SIGNET_OK)
        status = signet_hex_decode(call, text, &bytes);
    if (status != SIGNET_OK)
        return status;
    if (bytes.length != JOURNAL_DIGEST)
        return fail_body(call);
    memcpy(digest, bytes.data, JOURNAL_DIGEST);
    return SIGNET_OK;
}

static int32_t read_base64(signet_call_t *call, const signet_json_t *json, const char *name,
                           signet_bytes_t *bytes)
{
    signet_text_t text = {NULL, 0};
    int32_t status = signet_json_get_text(call, json, name, &text);
    return status == SIGNET_OK ? signet_base64_decode(call, text, bytes) : status;
}

static int32_t read_gaps(signet_call_t *call, const signet_json_t *json, journal_range_t *range)
{
    const signet_json_t *gaps = signet_json_get(json, "gaps");
    uint64_t absent = 0;
    uint64_t end = range->first - 1;
    if (!gaps || gaps->kind != SIGNET_JSON_ARRAY || gaps->count % 2 != 0)
        return fail_body(call);
    range->gap_count = gaps->count / 2;
    range->gaps = signet_alloc(call, gaps->count + 1, sizeof(*range->gaps));
    if (!range->gaps)
        return signet_status(call);
    for (uint64_t i = 0; i < gaps->count; i++) {
        if (gaps->items[i].kind != SIGNET_JSON_INTEGER || gaps->items[i].integer < 0)
            return fail_body(call);
        range->gaps[i] = (uint64_t)gaps->items[i].integer;
    }
    for (uint64_t i = 0; i < range->gap_count; i++) {
        if (range->gaps[2 * i] <= end || range->gaps[2 * i + 1] < range->gaps[2 * i] ||
            range->gaps[2 * i + 1] > range->last)
            return fail_body(call);
        end = range->gaps[2 * i + 1];
        absent += end - range->gaps[2 * i] + 1;
    }
    return range->count + absent == range->last - range->first + 1 ? SIGNET_OK : fail_body(call);
}

static int32_t read_range(signet_call_t *call, const signet_json_t *json, journal_range_t *range)
{
    signet_bytes_t leaves = {NULL, 0};
    int32_t status = read_number(call, json, "epoch", &range->epoch);
    if (status == SIGNET_OK)
        status = read_number(call, json, "first", &range->first);
    if (status == SIGNET_OK)
        status = read_number(call, json, "last", &range->last);
    if (status == SIGNET_OK)
        status = read_number(call, json, "count", &range->count);
    if (status == SIGNET_OK)
        status = read_base64(call, json, "leaves", &leaves);
    if (status != SIGNET_OK)
        return status;
    if (range->first == 0 || range->last < range->first ||
        range->last - range->first >= JOURNAL_SPAN ||
        leaves.length != range->count * JOURNAL_DIGEST)
        return fail_body(call);
    range->leaves = signet_alloc(call, leaves.length + 1, 1);
    if (!range->leaves)
        return signet_status(call);
    if (leaves.length)
        memcpy(range->leaves, leaves.data, leaves.length);
    return read_gaps(call, json, range);
}

int32_t journal_seal_read(signet_call_t *call, signet_bytes_t body, journal_seal_t *seal)
{
    const signet_json_t *json = NULL;
    memset(seal, 0, sizeof(*seal));
    int32_t status = signet_json_parse(call, body, SIGNET_STORE_MAX_BODY, &json);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, json, "node", &seal->node);
    if (status == SIGNET_OK)
        status = read_number(call, json, "index", &seal->index);
    seal->follows = seal->index > 0 ? seal->index - 1 : 0;
    if (status == SIGNET_OK && signet_json_get(json, "follows"))
        status = read_number(call, json, "follows", &seal->follows);
    if (status == SIGNET_OK && seal->follows >= seal->index)
        status = fail_body(call);
    if (status == SIGNET_OK)
        status = signet_json_get_integer(call, json, "time", &seal->time);
    if (status == SIGNET_OK)
        status = read_digest(call, json, "previous", seal->previous);
    if (status == SIGNET_OK)
        status = read_digest(call, json, "root", seal->root);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, json, "key", &seal->key);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, json, "uri", &seal->uri);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, json, "algorithm", &seal->algorithm);
    if (status == SIGNET_OK)
        status = read_base64(call, json, "signature", &seal->signature);
    if (status == SIGNET_OK)
        status = read_range(call, json, &seal->range);
    return status;
}
