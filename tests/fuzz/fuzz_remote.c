/* What goes over the socket of an isolated instance, in both directions: frames, callers and
 * requests as the process reads them, errors and keys as the daemon reads them. Whatever is taken
 * lies within the message and is well formed. */
#include "arena.h"

#include "caller.h"
#include "discovery_codec.h"
#include "exporter_codec.h"
#include "frame.h"
#include "key_codec.h"
#include "notifier_codec.h"

#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_text(signet_text_t text)
{
    fuzz_require(signet_text_valid(text), "texts are UTF-8");
}

/* A request, as the process reads it. */
static void read_request(signet_bytes_t message)
{
    remote_reader_t reader = remote_reader(message);
    signet_remote_caller_t caller;
    signet_actor_t actor;
    signet_grant_t *grants = NULL;
    uint8_t function = remote_read_u8(&reader);
    remote_read_caller(&reader, &caller, &actor, &grants);
    require_text(caller.tenant);
    require_text(actor.id);
    fuzz_require(grants != NULL || actor.grant_count == 0 || reader.failed, "grants or none");
    signet_sign_request_t sign;
    signet_key_request_t make;
    signet_decrypt_request_t decrypt;
    signet_token_request_t token;
    signet_alert_t alert;
    signet_export_batch_t batch;
    switch (function % 6) {
    case 0:
        remote_read_sign_request(&reader, &sign);
        require_text(sign.uri);
        require_text(sign.intent);
        break;
    case 1:
        remote_read_key_request(&reader, &make);
        require_text(make.name);
        break;
    case 2:
        remote_read_decrypt_request(&reader, &decrypt);
        require_text(decrypt.algorithm);
        break;
    case 3:
        remote_read_token_request(&reader, &token);
        break;
    case 4:
        remote_read_alert(&reader, fuzz_call_current(), &alert);
        require_text(alert.description);
        for (uint64_t at = 0; at < alert.field_count; at++) {
            require_text(alert.fields[at].value);
        }
        break;
    default:
        remote_read_batch(&reader, fuzz_call_current(), &batch);
        for (uint64_t at = 0; at < batch.count; at++) {
            require_text(batch.entries[at]->body);
        }
        break;
    }
    free(grants);
}

/* A reply, as the daemon reads it. */
static void read_reply(signet_bytes_t message)
{
    remote_reader_t reader = remote_reader(message);
    signet_error_t error;
    if (remote_read_error(&reader, &error)) {
        fuzz_require(error.status < SIGNET_OK, "an error has a failing status");
        fuzz_require(error.reason.length && error.message.length, "an error says what it is");
        require_text(error.message);
    }
    reader = remote_reader(message);
    const signet_discovery_page_t *page = remote_read_page(&reader, fuzz_call_current());
    for (uint64_t at = 0; page && at < page->count; at++) {
        fuzz_require(page->found[at]->der.length <= message.length,
                     "a certificate lies in its message");
        require_text(page->found[at]->place);
    }
    reader = remote_reader(message);
    uint64_t count = remote_read_count(&reader, KEY_OCTETS);
    fuzz_require(count <= message.length / KEY_OCTETS, "no more keys than there is room for");
    for (uint64_t at = 0; at < count && !reader.failed; at++) {
        const signet_key_t *key = remote_read_key(&reader, fuzz_call_current());
        if (key) {
            require_text(key->uri);
            fuzz_require(key->public_key.length <= message.length, "a key lies in its message");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    remote_inbox_t inbox = {.data = malloc(size ? size : 1), .length = size, .capacity = size};
    remote_frame_t frame;
    signet_bytes_t payload;
    (void)fuzz_call();
    fuzz_require(inbox.data != NULL, "memory");
    if (size) {
        memcpy(inbox.data, data, size);
    }
    while (remote_inbox_next(&inbox, &frame, &payload) == REMOTE_INBOX_FRAME) {
        fuzz_require(payload.length == frame.length && frame.length <= REMOTE_PAYLOAD_MAX,
                     "frames are as long as they say");
        read_request(payload);
        read_reply(payload);
    }
    remote_inbox_free(&inbox);
    read_request((signet_bytes_t){data, size});
    read_reply((signet_bytes_t){data, size});
    return 0;
}
