#include "ocsp/answer.h"

#include <signet/sdk/der.h>
#include <signet/sdk/error.h>

#define ENUMERATED_UNSPECIFIED 0

static const uint8_t oid_basic[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01};
static const uint8_t oid_nonce[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02};

signet_bytes_t status_answer_plain(unsigned status)
{
    static const uint8_t plain[][5] = {
        {SIGNET_DER_SEQUENCE, 3, SIGNET_DER_ENUMERATED, 1, STATUS_OCSP_MALFORMED},
        {SIGNET_DER_SEQUENCE, 3, SIGNET_DER_ENUMERATED, 1, STATUS_OCSP_INTERNAL},
        {SIGNET_DER_SEQUENCE, 3, SIGNET_DER_ENUMERATED, 1, STATUS_OCSP_TRY_LATER},
        {SIGNET_DER_SEQUENCE, 3, SIGNET_DER_ENUMERATED, 1, STATUS_OCSP_UNAUTHORIZED},
    };
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        if (plain[i][4] == status)
            return (signet_bytes_t){plain[i], sizeof plain[i]};
    }
    return (signet_bytes_t){plain[1], sizeof plain[1]};
}

static int is_revoked(const signet_status_t *state)
{
    return signet_text_is(state->state, SIGNET_CERTIFICATE_REVOKED) ||
           signet_text_is(state->state, SIGNET_CERTIFICATE_HELD);
}

static void add_state(signet_buffer_t *buffer, const signet_status_t *state)
{
    if (state == NULL) {
        signet_der_add(buffer, SIGNET_DER_CONTEXT(2), (signet_bytes_t){NULL, 0});
        return;
    }
    if (!is_revoked(state)) {
        signet_der_add(buffer, SIGNET_DER_CONTEXT(0), (signet_bytes_t){NULL, 0});
        return;
    }
    uint64_t revoked = signet_der_begin(buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(1));
    signet_der_add_generalized(buffer, state->revoked_at);
    if (state->reason != ENUMERATED_UNSPECIFIED) {
        uint8_t reason = (uint8_t)state->reason;
        uint64_t outer = signet_der_begin(buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
        signet_der_add(buffer, SIGNET_DER_ENUMERATED, (signet_bytes_t){&reason, 1});
        signet_der_end(buffer, outer);
    }
    signet_der_end(buffer, revoked);
}

static void add_single(signet_buffer_t *buffer, const status_answer_t *answer,
                       const status_said_t *said)
{
    uint64_t single = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_buffer_add(buffer, said->id->whole.data, said->id->whole.length);
    add_state(buffer, said->state);
    signet_der_add_generalized(buffer, answer->this_update);
    uint64_t next = signet_der_begin(buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    signet_der_add_generalized(buffer, answer->next_update);
    signet_der_end(buffer, next);
    signet_der_end(buffer, single);
}

static void add_nonce(signet_buffer_t *buffer, signet_bytes_t nonce)
{
    uint64_t outer = signet_der_begin(buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(1));
    uint64_t extensions = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    uint64_t extension = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(buffer, (signet_bytes_t){oid_nonce, sizeof oid_nonce});
    uint64_t value = signet_der_begin(buffer, SIGNET_DER_OCTET_STRING);
    signet_der_add(buffer, SIGNET_DER_OCTET_STRING, nonce);
    signet_der_end(buffer, value);
    signet_der_end(buffer, extension);
    signet_der_end(buffer, extensions);
    signet_der_end(buffer, outer);
}

/* ResponseData. */
static int32_t encode_data(signet_call_t *call, const status_answer_t *answer,
                           const status_responder_t *responder, signet_bytes_t *data)
{
    signet_buffer_t buffer = signet_buffer(call, 512);
    uint64_t whole = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    uint64_t id =
        signet_der_begin(&buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(answer->by_name ? 1 : 2));
    if (answer->by_name)
        signet_buffer_add(&buffer, responder->subject.data, responder->subject.length);
    else
        signet_der_add(&buffer, SIGNET_DER_OCTET_STRING,
                       (signet_bytes_t){responder->key_hash, sizeof responder->key_hash});
    signet_der_end(&buffer, id);
    signet_der_add_generalized(&buffer, answer->this_update);
    uint64_t responses = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    for (uint64_t i = 0; i < answer->count; i++)
        add_single(&buffer, answer, &answer->said[i]);
    signet_der_end(&buffer, responses);
    if (answer->nonce.length > 0)
        add_nonce(&buffer, answer->nonce);
    signet_der_end(&buffer, whole);
    return signet_buffer_bytes(&buffer, data);
}

int32_t status_answer_sign(signet_call_t *call, const status_answer_t *answer,
                           status_responder_t *responder, signet_bytes_t *der)
{
    signet_bytes_t data = {NULL, 0};
    signet_bytes_t signature = {NULL, 0};
    uint8_t successful = 0;
    int32_t status = encode_data(call, answer, responder, &data);
    if (status == SIGNET_OK)
        status = status_responder_sign(call, responder, data, &signature);
    if (status != SIGNET_OK)
        return status;
    signet_buffer_t buffer =
        signet_buffer(call, data.length + signature.length + responder->certificate.length + 128);
    uint64_t whole = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add(&buffer, SIGNET_DER_ENUMERATED, (signet_bytes_t){&successful, 1});
    uint64_t outer = signet_der_begin(&buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    uint64_t typed = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(&buffer, (signet_bytes_t){oid_basic, sizeof oid_basic});
    uint64_t value = signet_der_begin(&buffer, SIGNET_DER_OCTET_STRING);
    uint64_t basic = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_buffer_add(&buffer, data.data, data.length);
    signet_buffer_add(&buffer, responder->identifier.data, responder->identifier.length);
    signet_der_add_bits(&buffer, signature);
    uint64_t certificates = signet_der_begin(&buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    uint64_t list = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_buffer_add(&buffer, responder->certificate.data, responder->certificate.length);
    signet_der_end(&buffer, list);
    signet_der_end(&buffer, certificates);
    signet_der_end(&buffer, basic);
    signet_der_end(&buffer, value);
    signet_der_end(&buffer, typed);
    signet_der_end(&buffer, outer);
    signet_der_end(&buffer, whole);
    return signet_buffer_bytes(&buffer, der);
}
