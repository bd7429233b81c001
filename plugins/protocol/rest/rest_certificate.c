#include "rest_certificate.h"

#include <signet/sdk/encode.h>

#include "rest_input.h"
#include "rest_media.h"
#include "rest_reason.h"

void rest_certificate_members(signet_json_writer_t *writer, const signet_certificate_t *certificate)
{
    signet_json_text(writer, "authority", certificate->authority);
    signet_json_hex(writer, "serial", certificate->serial);
    signet_json_text(writer, "subject", certificate->subject);
    signet_json_texts(writer, "names", certificate->names, certificate->name_count);
    signet_json_text(writer, "profile", certificate->profile);
    signet_json_integer(writer, "profile_version", (int64_t)certificate->profile_version);
    signet_json_time(writer, "not_before", certificate->not_before);
    signet_json_time(writer, "not_after", certificate->not_after);
    signet_json_time(writer, "issued_at", certificate->issued_at);
    signet_json_text(writer, "state", certificate->state);
    if (certificate->revoked_at != 0) {
        signet_json_time(writer, "revoked_at", certificate->revoked_at);
        signet_json_text(writer, "reason", rest_reason_name(certificate->reason));
    }
    signet_json_text(writer, "requester", certificate->requester);
    if (SIGNET_HAS(certificate, field_count)) {
        signet_json_begin_object(writer, "fields");
        for (uint64_t i = 0; i < certificate->field_count; i++) {
            const signet_pair_t *field = SIGNET_AT(signet_pair_t, certificate->fields, i);
            signet_json_member(writer, field->name, field->value);
        }
        signet_json_end_object(writer);
    }
    if (certificate->fingerprint.length > 0)
        signet_json_hex(writer, "fingerprint", certificate->fingerprint);
}

void rest_certificate_summary(signet_json_writer_t *writer, const signet_certificate_t *certificate)
{
    signet_json_begin_object(writer, NULL);
    rest_certificate_members(writer, certificate);
    signet_json_end_object(writer);
}

/* The chain of the key that signed the certificate, however often the authority's key was rotated
 * since. */
static int32_t find_chain(const rest_t *rest, signet_call_t *call,
                          const signet_certificate_t *certificate, rest_chain_form_t form,
                          signet_text_t *chain)
{
    rest_ca_t ca;
    int32_t status = rest_find_ca(rest, call, &ca);
    if (status != SIGNET_OK)
        return status;
    const signet_bytes_t *certificates = NULL;
    uint64_t count = 0;
    signet_text_t kept = certificate->authority;
    uint64_t generation = SIGNET_HAS(certificate, generation) ? certificate->generation : 0;
    if (SIGNET_HAS(ca.interface, chain_of))
        status = ca.interface->chain_of(ca.instance, call, certificate->authority, generation,
                                        &certificates, &count);
    else
        status =
            ca.interface->chain(ca.instance, call, certificate->authority, &certificates, &count);
    if (status == SIGNET_OK && generation > 1) {
        kept = signet_format(call, "%.*s/%llu", SIGNET_FORMAT(certificate->authority),
                             (unsigned long long)generation);
        status = kept.data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
    }
    if (status != SIGNET_OK)
        return status;
    return rest_chains_get(rest->chains, call, ca.number, kept, certificates, count, form, chain);
}

/* Leaf and chain: less than 4 KiB with two authorities above a P-256 leaf. */
#define USUAL_LENGTH 4096

static int32_t answer_json(const rest_t *rest, signet_call_t *call, signet_exchange_t *exchange,
                           uint32_t status, const signet_certificate_t *certificate, int asked,
                           signet_text_t key, signet_text_t location)
{
    signet_json_writer_t writer = signet_json_writer(call, USUAL_LENGTH);
    signet_json_begin_object(&writer, NULL);
    rest_certificate_members(&writer, certificate);
    if (SIGNET_HAS(certificate, replaces.length))
        signet_json_text(&writer, "replaces", certificate->replaces);
    if (asked && certificate->asked.length > 0)
        signet_json_raw(&writer, "asked", certificate->asked);
    if (asked && SIGNET_HAS(certificate, renew_from)) {
        signet_json_begin_object(&writer, "renewal");
        signet_json_time(&writer, "from", certificate->renew_from);
        signet_json_time(&writer, "before", certificate->renew_before);
        signet_json_end_object(&writer);
    }
    if (certificate->der.length > 0) {
        signet_text_t chain;
        int32_t found = find_chain(rest, call, certificate, REST_CHAIN_JSON, &chain);
        if (found != SIGNET_OK)
            return found;
        signet_json_text(&writer, "certificate", signet_pem(call, "CERTIFICATE", certificate->der));
        signet_json_raw(&writer, "chain", chain);
    }
    if (key.length > 0)
        signet_json_text(&writer, "private_key", key);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, status, &writer, location);
}

static int32_t answer_pem(const rest_t *rest, signet_call_t *call, signet_exchange_t *exchange,
                          uint32_t status, const signet_certificate_t *certificate, int chained,
                          signet_text_t location)
{
    signet_buffer_t buffer = signet_buffer(call, USUAL_LENGTH);
    signet_buffer_add_text(&buffer, signet_pem(call, "CERTIFICATE", certificate->der));
    if (chained) {
        signet_text_t chain;
        int32_t found = find_chain(rest, call, certificate, REST_CHAIN_PEM, &chain);
        if (found != SIGNET_OK)
            return found;
        signet_buffer_add_text(&buffer, chain);
    }
    signet_bytes_t body;
    int32_t finished = signet_buffer_bytes(&buffer, &body);
    if (finished != SIGNET_OK)
        return finished;
    return signet_http_answer(call, exchange, status, SIGNET_TEXT(REST_TYPE_PEM), body, location);
}

int32_t rest_certificate_answer(const rest_t *rest, signet_call_t *call,
                                signet_exchange_t *exchange, uint32_t status, int media,
                                const signet_certificate_t *certificate, int asked,
                                signet_text_t location)
{
    if (media == REST_MEDIA_JSON)
        return answer_json(rest, call, exchange, status, certificate, asked,
                           (signet_text_t){NULL, 0}, location);
    if (certificate->der.length == 0)
        return signet_fail(call, SIGNET_NOT_FOUND, "certificate.abandoned",
                           "No certificate is stored under this serial number, only the intent to "
                           "sign one; ask for JSON to see it.");
    if (media == REST_MEDIA_DER)
        return signet_http_answer(call, exchange, status, SIGNET_TEXT(REST_TYPE_DER),
                                  certificate->der, location);
    return answer_pem(rest, call, exchange, status, certificate, media == REST_MEDIA_CHAIN,
                      location);
}

int32_t rest_certificate_answer_key(const rest_t *rest, signet_call_t *call,
                                    signet_exchange_t *exchange, uint32_t status,
                                    const signet_certificate_t *certificate, signet_text_t key,
                                    signet_text_t location)
{
    return answer_json(rest, call, exchange, status, certificate, 0, key, location);
}

int32_t rest_certificate_answer_summary(signet_call_t *call, signet_exchange_t *exchange,
                                        const signet_certificate_t *certificate)
{
    signet_json_writer_t writer = signet_json_writer(call, 1024);
    rest_certificate_summary(&writer, certificate);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

signet_text_t rest_certificate_location(signet_call_t *call,
                                        const signet_certificate_t *certificate)
{
    return signet_format(call, "/v1/certificates/%.*s/%.*s",
                         SIGNET_FORMAT(rest_segment(call, certificate->authority)),
                         SIGNET_FORMAT(signet_hex(call, certificate->serial)));
}
