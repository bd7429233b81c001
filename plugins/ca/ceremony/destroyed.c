#include "ceremony/destroyed.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

int32_t ca_destroyed_list(signet_call_t *call, signet_bytes_t certificate, const signet_crl_t *list)
{
    const signet_x509_t *x509 = NULL;
    int32_t status = signet_x509_parse(call, certificate, &x509);
    if (status != SIGNET_OK || x509 == NULL)
        return status;
    status = signet_verify(call, &x509->key, list->algorithm, list->tbs, list->signature);
    if (status != SIGNET_DENIED &&
        (status != SIGNET_OK || signet_bytes_equal(list->issuer, x509->subject)))
        return status;
    call->services->clear(call);
    return signet_fail(call, SIGNET_INVALID, "crl.last",
                       "the last list is not by the key that is to be destroyed");
}

static int has_text(const signet_json_t *list, signet_text_t wanted)
{
    for (uint64_t i = 0; list != NULL && i < list->count; i++) {
        if (signet_text_equal(list->items[i].text, wanted))
            return 1;
    }
    return 0;
}

static int has_override(const signet_json_t *values)
{
    for (uint64_t i = 0; values != NULL && i < values->count; i++) {
        if (signet_text_starts(values->items[i].text, CA_DESTROYED_OVERRIDE ": "))
            return 1;
    }
    return 0;
}

/* Witnesses of the step who signed that this key was destroyed; the lines' signatures and that
 * nobody signed twice were checked before. */
static uint64_t count_witnesses(const ca_reading_t *reading, uint64_t announced, uint64_t done,
                                signet_text_t wanted)
{
    uint64_t count = 0;
    for (uint64_t i = announced + 1; i < done; i++) {
        const ca_line_read_t *line = &reading->lines[i];
        const ca_reader_person_t *person = ca_reading_person(reading, line->by);
        count += signet_text_is(line->type, "witnessed") && person != NULL &&
                 signet_text_is(person->role, "witness") &&
                 has_text(ca_line_get_texts(line, "recorded"), wanted);
    }
    return count;
}

static int32_t check_list(signet_call_t *call, const ca_reading_t *reading, uint64_t announced,
                          uint64_t done, signet_bytes_t certificate, const signet_x509_t *x509)
{
    const signet_json_t *values = ca_line_get_texts(&reading->lines[announced], "values");
    signet_bytes_t der = ca_line_get_base64(call, &reading->lines[done], "last_list");
    const signet_crl_t *list = NULL;
    if (der.length == 0)
        return has_override(values)
                   ? SIGNET_OK
                   : ca_reading_fail(call, done, "there is no last list, and no reason why");
    int32_t status = signet_crl_parse(call, der, &list);
    if (status != SIGNET_OK || list == NULL)
        return status;
    status = ca_destroyed_list(call, certificate, list);
    if (status == SIGNET_INVALID) {
        call->services->clear(call);
        return ca_reading_fail(call, done, "the last list is not by the key that was destroyed");
    }
    if (status != SIGNET_OK || list->next_update > x509->not_after || has_override(values))
        return status;
    return ca_reading_fail(call, done, "the last list ends before the key's certificate does");
}

int32_t ca_destroyed_check(signet_call_t *call, const ca_reading_t *reading, uint64_t announced,
                           uint64_t done, signet_text_t subject)
{
    const ca_line_read_t *line = &reading->lines[done];
    signet_bytes_t public_key = ca_line_get_base64(call, line, "public_key");
    signet_bytes_t certificate = ca_line_get_base64(call, line, "authority_certificate");
    const signet_x509_t *x509 = NULL;
    signet_bytes_t digest = {NULL, 0};
    signet_text_t name = {NULL, 0};
    int32_t status = signet_sha256(call, public_key, &digest);
    if (status != SIGNET_OK)
        return status;
    signet_text_t hex = signet_hex(call, digest);
    signet_text_t value = signet_format(call, CA_DESTROYED_DIGEST ": %.*s", SIGNET_FORMAT(hex));
    signet_text_t witnessed =
        signet_format(call, CA_DESTROYED_WITNESSED "%.*s", SIGNET_FORMAT(hex));
    if (hex.data == NULL || value.data == NULL || witnessed.data == NULL)
        return SIGNET_NO_MEMORY;
    if (!signet_text_equal(ca_line_get(line, "key_sha256"), hex) ||
        !has_text(ca_line_get_texts(&reading->lines[announced], "values"), value))
        return ca_reading_fail(call, done, "the key is not the one that was announced");
    if (count_witnesses(reading, announced, done, witnessed) < CA_DESTROYED_WITNESSES)
        return ca_reading_fail(call, done,
                               "fewer than %u witnesses signed that the key was destroyed",
                               CA_DESTROYED_WITNESSES);
    /* One that was never certified signed nothing. */
    if (certificate.length == 0)
        return has_text(ca_line_get_texts(&reading->lines[announced], "values"),
                        SIGNET_TEXT(CA_DESTROYED_NEVER))
                   ? SIGNET_OK
                   : ca_reading_fail(call, done, "the certificate of the key is missing");
    status = signet_x509_parse(call, certificate, &x509);
    if (status == SIGNET_OK && x509 != NULL)
        status = signet_name_text(call, x509->attributes, x509->attribute_count, &name);
    if (status != SIGNET_OK || x509 == NULL)
        return status;
    if (!signet_bytes_equal(x509->key.spki, public_key) || !signet_text_equal(name, subject))
        return ca_reading_fail(call, done, "the key is not that of the authority");
    return check_list(call, reading, announced, done, certificate, x509);
}
