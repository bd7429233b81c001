/* PEM, base64, JSON and times: what is read is written and read again as the same. The first octet
 * of an input chooses what the rest is taken for. */
#include "arena.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/json.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

static void fuzz_pem(signet_call_t *call, signet_text_t text)
{
    signet_bytes_t der;
    signet_bytes_t again;
    signet_text_t rest;
    if (signet_pem_decode(call, text, "PUBLIC KEY", &der, &rest) != SIGNET_OK) {
        return;
    }
    require(rest.length < text.length, "what follows a block is shorter than the whole");
    signet_text_t written = signet_pem(call, "PUBLIC KEY", der);
    require(signet_pem_decode(call, written, "PUBLIC KEY", &again, NULL) == SIGNET_OK &&
                signet_bytes_equal(der, again),
            "PEM reads back");
}

static void fuzz_base64(signet_call_t *call, signet_text_t text)
{
    signet_bytes_t bytes;
    signet_bytes_t again;
    if (signet_base64_decode(call, text, &bytes) == SIGNET_OK) {
        require(signet_base64_decode(call, signet_base64(call, bytes), &again) == SIGNET_OK &&
                    signet_bytes_equal(bytes, again),
                "base64 reads back");
    }
    call->services->clear(call);
    if (signet_base64url_decode(call, text, &bytes) == SIGNET_OK) {
        require(signet_text_equal(signet_base64url(call, bytes), text),
                "base64url has one form for its octets");
    }
}

/* Nothing that the parser promises to refuse is in the tree. */
static uint64_t check_json(const signet_json_t *value, unsigned depth)
{
    uint64_t count = 1;
    require(depth <= 33, "nesting is bounded");
    require(signet_text_valid(value->text) && signet_text_valid(value->name),
            "texts are UTF-8 without NUL");
    for (uint64_t i = 0; i < value->count; i++) {
        count += check_json(&value->items[i], depth + 1);
    }
    return count;
}

static void fuzz_json(signet_call_t *call, signet_text_t text)
{
    const signet_json_t *value = NULL;
    if (signet_json_parse(call, signet_text_bytes(text), 65536, &value) == SIGNET_OK) {
        require(check_json(value, 0) <= 10001, "the number of values is bounded");
    }
}

static void fuzz_time(signet_call_t *call, signet_text_t text)
{
    int64_t time = 0;
    int64_t again = 0;
    if (signet_time_parse(call, text, &time) == SIGNET_OK) {
        require(signet_time_parse(call, signet_time_text(call, time), &again) == SIGNET_OK &&
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
