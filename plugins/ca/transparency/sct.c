#include "transparency/sct.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

/* Of the clocks of a log and of this host. */
#define SKEW_MS (INT64_C(60) * 1000)

#define VERSION_1 0
#define SIGNATURE_TYPE_TIMESTAMP 0
#define ENTRY_TYPE_PRECERTIFICATE 1
/* SignatureAndHashAlgorithm of TLS 1.2 (RFC 5246, 7.4.1.4.1). */
#define HASH_SHA256 4
#define SIGNATURE_RSA 1
#define SIGNATURE_ECDSA 3

/* An answer, decoded. */
typedef struct answer {
    int64_t timestamp;
    signet_bytes_t id;
    signet_bytes_t extensions;
    signet_bytes_t signature; /* DigitallySigned, whole */
    signet_bytes_t value;     /* the signature itself */
} answer_t;

static int32_t malformed(signet_call_t *call, const ca_log_t *log, const char *what)
{
    call->services->clear(call);
    return signet_fail(call, SIGNET_INVALID, "transparency.answer",
                       "the log \"%.*s\" answered something that is no SCT: %s",
                       SIGNET_FORMAT(log->name), what);
}

static void add_number(signet_buffer_t *buffer, uint64_t number, unsigned octets)
{
    while (octets-- > 0)
        signet_buffer_add_byte(buffer, (uint8_t)(number >> (8 * octets)));
}

static void add_bytes(signet_buffer_t *buffer, signet_bytes_t bytes, unsigned length_octets)
{
    add_number(buffer, bytes.length, length_octets);
    signet_buffer_add(buffer, bytes.data, bytes.length);
}

/* A member that is Base64. Its absence is not the same as an empty text. */
static int decode(signet_call_t *call, const signet_json_t *object, const char *name,
                  signet_bytes_t *bytes)
{
    const signet_json_t *member = signet_json_get(object, name);
    return member != NULL && member->kind == SIGNET_JSON_TEXT &&
           signet_base64_decode(call, member->text, bytes) == SIGNET_OK;
}

static int32_t parse(signet_call_t *call, const ca_log_t *log, signet_bytes_t body,
                     answer_t *answer)
{
    const signet_json_t *object = NULL;
    if (signet_json_parse(call, body, CA_SCT_ANSWER_MAX, &object) != SIGNET_OK ||
        object->kind != SIGNET_JSON_OBJECT)
        return malformed(call, log, "not a JSON object");
    const signet_json_t *version = signet_json_get(object, "sct_version");
    const signet_json_t *timestamp = signet_json_get(object, "timestamp");
    if (version == NULL || version->kind != SIGNET_JSON_INTEGER || version->integer != VERSION_1)
        return malformed(call, log, "its version is not v1");
    if (timestamp == NULL || timestamp->kind != SIGNET_JSON_INTEGER || timestamp->integer < 0)
        return malformed(call, log, "it has no timestamp");
    answer->timestamp = timestamp->integer;
    if (!decode(call, object, "id", &answer->id) ||
        !decode(call, object, "extensions", &answer->extensions) ||
        !decode(call, object, "signature", &answer->signature))
        return malformed(call, log, "id, extensions or signature are not Base64");
    if (answer->extensions.length + answer->signature.length > CA_SCT_MAX - 64)
        return malformed(call, log, "it is too long");
    return SIGNET_OK;
}

/* Two octets of algorithms, two of the length, and as many octets as it says. */
static int32_t open_signature(signet_call_t *call, const ca_log_t *log, answer_t *answer)
{
    signet_bytes_t whole = answer->signature;
    uint8_t wanted = signet_text_starts(log->algorithm, "ECDSA") ? SIGNATURE_ECDSA : SIGNATURE_RSA;
    if (whole.length < 4 || whole.data[0] != HASH_SHA256 || whole.data[1] != wanted)
        return malformed(call, log, "its signature is not of the log's algorithm");
    uint64_t length = (uint64_t)whole.data[2] << 8 | whole.data[3];
    if (length != whole.length - 4)
        return malformed(call, log, "its signature has another length than it says");
    answer->value = (signet_bytes_t){whole.data + 4, length};
    return SIGNET_OK;
}

static int32_t verify(signet_call_t *call, const ca_log_t *log, const ca_sct_entry_t *entry,
                      const answer_t *answer)
{
    signet_buffer_t buffer = signet_buffer(call, entry->tbs.length + CA_SCT_MAX);
    signet_bytes_t message = {NULL, 0};
    add_number(&buffer, VERSION_1, 1);
    add_number(&buffer, SIGNATURE_TYPE_TIMESTAMP, 1);
    add_number(&buffer, (uint64_t)answer->timestamp, 8);
    add_number(&buffer, ENTRY_TYPE_PRECERTIFICATE, 2);
    signet_buffer_add(&buffer, entry->issuer_key_hash.data, entry->issuer_key_hash.length);
    add_bytes(&buffer, entry->tbs, 3);
    add_bytes(&buffer, answer->extensions, 2);
    int32_t status = signet_buffer_bytes(&buffer, &message);
    if (status == SIGNET_OK)
        status =
            signet_verifier_verify(call, log->verifier, log->algorithm, message, answer->value);
    if (status != SIGNET_DENIED && status != SIGNET_INVALID)
        return status;
    call->services->clear(call);
    return signet_fail(call, SIGNET_DENIED, "transparency.signature",
                       "the signature of an SCT of the log \"%.*s\" is wrong",
                       SIGNET_FORMAT(log->name));
}

int32_t ca_sct_read(signet_call_t *call, const ca_log_t *log, const ca_sct_entry_t *entry,
                    signet_bytes_t body, signet_bytes_t *sct)
{
    answer_t answer = {0};
    int32_t status = parse(call, log, body, &answer);
    if (status == SIGNET_OK && !signet_bytes_equal(answer.id, log->id))
        return malformed(call, log, "it is of another log");
    if (status == SIGNET_OK &&
        (answer.timestamp < entry->earliest - SKEW_MS || answer.timestamp > signet_now() + SKEW_MS))
        return malformed(call, log, "its timestamp is before the precertificate or in the future");
    if (status == SIGNET_OK)
        status = open_signature(call, log, &answer);
    if (status == SIGNET_OK)
        status = verify(call, log, entry, &answer);
    if (status != SIGNET_OK)
        return status;
    signet_buffer_t buffer = signet_buffer(call, CA_SCT_MAX);
    add_number(&buffer, VERSION_1, 1);
    signet_buffer_add(&buffer, answer.id.data, answer.id.length);
    add_number(&buffer, (uint64_t)answer.timestamp, 8);
    add_bytes(&buffer, answer.extensions, 2);
    signet_buffer_add(&buffer, answer.signature.data, answer.signature.length);
    return signet_buffer_bytes(&buffer, sct);
}

int32_t ca_sct_list(signet_call_t *call, const signet_bytes_t *scts, uint64_t count,
                    signet_bytes_t *list)
{
    signet_buffer_t inner = signet_buffer(call, count * 160 + 2);
    signet_bytes_t bytes = {NULL, 0};
    for (uint64_t i = 0; i < count; i++)
        add_bytes(&inner, scts[i], 2);
    int32_t status = signet_buffer_bytes(&inner, &bytes);
    if (status != SIGNET_OK)
        return status;
    signet_buffer_t outer = signet_buffer(call, bytes.length + 2);
    add_bytes(&outer, bytes, 2);
    return signet_buffer_bytes(&outer, list);
}
