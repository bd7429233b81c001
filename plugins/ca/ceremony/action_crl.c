/* Signing a revocation list. The list before is an input: the number only grows, and no entry is
 * lost but of certificates that have expired. */
#include "ceremony/action.h"
#include "ceremony/describe.h"
#include "ceremony/revoked.h"
#include "ceremony/signature.h"

#include <signet/sdk/crl.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define SECOND_MS 1000

/* A list on its way. */
typedef struct listing {
    const signet_crl_t *previous; /* NULL: this is the first */
    signet_crl_head_t head;
} listing_t;

/* The list before: by the same key, for the same issuer. */
static int32_t read_previous(signet_call_t *call, ca_step_t *step, const signet_crl_t **previous)
{
    const ca_authority_t *issuer = step->authority;
    signet_bytes_t der;
    signet_public_key_t key;
    int32_t status = ca_step_file(call, step, "previous", "The list before", &der);
    if (status == SIGNET_OK && (der.length == 0 || der.data[0] != SIGNET_DER_SEQUENCE))
        status = signet_pem_decode(call, signet_bytes_text(der), "X509 CRL", &der, NULL);
    if (status == SIGNET_OK)
        status = signet_crl_parse(call, der, previous);
    if (status == SIGNET_OK)
        status = signet_public_key_parse(call, issuer->spki, &key);
    if (status != SIGNET_OK)
        return status;
    status =
        signet_verify(call, &key, (*previous)->algorithm, (*previous)->tbs, (*previous)->signature);
    if (status == SIGNET_DENIED || !signet_bytes_equal((*previous)->issuer, issuer->subject)) {
        call->services->clear(call);
        return signet_fail(call, SIGNET_INVALID, "crl.previous",
                           "the list before was not signed by the authority \"%.*s\"",
                           SIGNET_FORMAT(issuer->name));
    }
    if (status == SIGNET_OK && (*previous)->number.length == 0)
        status = signet_fail(call, SIGNET_INVALID, "crl.previous", "the list before has no number");
    return status;
}

static int32_t choose_number(signet_call_t *call, const ca_step_t *step, listing_t *listing)
{
    static const uint8_t zero = 0;
    int64_t wanted = signet_setting_integer(step->setting, "number", 0);
    signet_bytes_t last =
        listing->previous == NULL ? (signet_bytes_t){&zero, 1} : listing->previous->number;
    int32_t status = signet_crl_number_next(call, last, &listing->head.number);
    if (status != SIGNET_OK || wanted == 0)
        return status;
    uint8_t *octets = signet_alloc(call, sizeof wanted, 1);
    if (octets == NULL)
        return SIGNET_NO_MEMORY;
    for (unsigned i = 0; i < sizeof wanted; i++)
        octets[i] = (uint8_t)((uint64_t)wanted >> (8 * (sizeof wanted - 1 - i)));
    unsigned skip = 0;
    while (octets[skip] == 0)
        skip++;
    signet_bytes_t number = {octets + skip, sizeof wanted - skip};
    if (signet_crl_number_compare(number, last) <= 0)
        return signet_setting_fail(call, step->setting, "crl.number",
                                   "the number %lld does not lie above that of the list before; "
                                   "numbers never go back",
                                   (long long)wanted);
    listing->head.number = number;
    return SIGNET_OK;
}

static int32_t fill_head(signet_call_t *call, const ca_step_t *step, listing_t *listing)
{
    const ca_authority_t *issuer = step->authority;
    int64_t now = signet_now();
    int64_t lasts = signet_setting_integer(step->setting, "next_update", 0);
    listing->head.identifier = issuer->identifier;
    listing->head.issuer = issuer->subject;
    listing->head.key_id = issuer->key_id;
    listing->head.this_update = now - now % SECOND_MS;
    listing->head.next_update = listing->head.this_update + lasts - lasts % SECOND_MS;
    if (listing->previous != NULL && listing->head.this_update < listing->previous->this_update)
        return signet_fail(call, SIGNET_INVALID, "crl.clock",
                           "the list before is of a later time than now; set the clock");
    return choose_number(call, step, listing);
}

static int32_t prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    listing_t *listing = signet_alloc(call, 1, sizeof *listing);
    int first = signet_setting_integer(step->setting, "first", 0) != 0;
    int has_previous = signet_setting_text(step->setting, "previous").length > 0;
    signet_bytes_t entries = {NULL, 0};
    if (listing == NULL)
        return SIGNET_NO_MEMORY;
    step->state = listing;
    if (step->authority == NULL || first == has_previous)
        return signet_setting_fail(call, step->setting, "ceremony.option",
                                   "this step needs \"authority\", and either \"previous\", the "
                                   "list before, or first = true where there was none");
    step->issuer = step->authority->name;
    int32_t status = ca_signature_ready(session, call, step, step->authority);
    if (status == SIGNET_OK && has_previous)
        status = read_previous(call, step, &listing->previous);
    if (status == SIGNET_OK)
        status = ca_step_path(call, step, "out", (signet_text_t){NULL, 0});
    if (status == SIGNET_OK)
        status = fill_head(call, step, listing);
    if (status == SIGNET_OK && listing->previous != NULL)
        status = ca_step_value(call, step, "Number before", "%.*s",
                               SIGNET_FORMAT(signet_hex(call, listing->previous->number)));
    if (status == SIGNET_OK)
        status = ca_revoked_gather(call, step, listing->previous, &entries);
    if (status == SIGNET_OK)
        status = signet_crl_tbs(call, &listing->head, entries, &step->tbs);
    return status == SIGNET_OK ? ca_revoked_present(call, step, listing->head.identifier) : status;
}

static int32_t act(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    const listing_t *listing = step->state;
    const ca_authority_t *issuer = step->authority;
    signet_bytes_t signature = {NULL, 0};
    signet_bytes_t der = {NULL, 0};
    signet_bytes_t digest = {NULL, 0};
    int32_t status = ca_signature_make(session, call, step, issuer, issuer->key_uri,
                                       SIGNET_PURPOSE_CRL, issuer->spki, &signature);
    if (status == SIGNET_OK)
        status = signet_crl_join(call, step->tbs, listing->head.identifier, signature, &der);
    if (status == SIGNET_OK)
        status = signet_sha256(call, der, &digest);
    if (status != SIGNET_OK)
        return status;
    ca_line_t line = ca_step_done(session, call, step);
    ca_line_base64(&line, "crl", der);
    ca_line_hex(&line, "sha256", digest);
    if (listing->previous != NULL)
        ca_line_base64(&line, "list_before", listing->previous->der);
    status = ca_step_end(session, call, &line);
    if (status == SIGNET_OK)
        status = ca_step_out(call, step, "X509 CRL", der);
    if (status == SIGNET_OK)
        status = ca_session_product(session, call, "crl", "X509 CRL", issuer->name, der);
    if (status == SIGNET_OK)
        status = ca_console_say(call, &session->console, "  Signed: %.*s, SHA-256 %.*s",
                                SIGNET_FORMAT(step->out), SIGNET_FORMAT(signet_hex(call, digest)));
    return status;
}

const ca_action_t ca_action_sign_crl = {
    .name = "sign-crl",
    .title = "Sign a revocation list",
    .prepare = prepare,
    .act = act,
};
