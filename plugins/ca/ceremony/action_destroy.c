/* The end of a key: destroyed before two witnesses, once a last revocation list by it is there that
 * is good beyond everything it signed. */
#include "authority/evidence.h"
#include "ceremony/action.h"
#include "ceremony/destroyed.h"
#include "ceremony/signature.h"
#include "ceremony/witness.h"

#include <signet/sdk/crl.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

/* A destruction on its way. */
typedef struct destroying {
    const signet_key_interface_t *keys;
    void *instance;
    const signet_key_t *key; /* NULL: it is not there any more, after a ceremony that broke off */
    signet_bytes_t public_key;
    const signet_crl_t *list; /* NULL: none */
} destroying_t;

static int32_t check_room(ca_session_t *session, signet_call_t *call, const ca_step_t *step)
{
    uint64_t witnesses = ca_session_present(session, CA_ROLE_WITNESS);
    if (!ca_session_is_open(session, step->authority))
        return signet_setting_fail(call, step->setting, "key.locked",
                                   "the keys of the authority \"%.*s\" are locked; a step "
                                   "\"unlock\" comes before this one",
                                   SIGNET_FORMAT(step->authority->name));
    if (witnesses < CA_DESTROYED_WITNESSES)
        return signet_fail(call, SIGNET_DENIED, "ceremony.witnesses",
                           "destroying a key takes %u witnesses, and %llu are present",
                           CA_DESTROYED_WITNESSES, (unsigned long long)witnesses);
    return SIGNET_OK;
}

/* Loads the authority's certificate without its key, which may be gone. */
static int32_t load(ca_session_t *session, signet_call_t *call, const ca_step_t *step)
{
    ca_session_set_open(session, step->authority, 0);
    int32_t status = ca_signature_load(session, call, step->authority);
    ca_session_set_open(session, step->authority, 1);
    return status;
}

static int32_t find_key(signet_call_t *call, const ca_step_t *step, destroying_t *destroying)
{
    const ca_authority_t *authority = step->authority;
    int certified = authority->certificate.length > 0;
    int32_t status =
        destroying->keys->find(destroying->instance, call, authority->key, &destroying->key);
    if (status == SIGNET_NOT_FOUND && certified) {
        call->services->clear(call);
        destroying->key = NULL;
        destroying->public_key = authority->spki;
        return SIGNET_OK;
    }
    if (status != SIGNET_OK)
        return status;
    destroying->public_key = destroying->key->public_key;
    return !certified || signet_bytes_equal(destroying->public_key, authority->spki)
               ? SIGNET_OK
               : signet_fail(call, SIGNET_CONFLICT, "authority.key-mismatch",
                             "the key \"%.*s\" is not the one in the certificate of the authority "
                             "\"%.*s\"; nothing was destroyed",
                             SIGNET_FORMAT(authority->key), SIGNET_FORMAT(authority->name));
}

static int32_t read_list(signet_call_t *call, ca_step_t *step, destroying_t *destroying)
{
    signet_bytes_t der;
    int32_t status = ca_step_file(call, step, "last_list", "The last list", &der);
    if (status == SIGNET_OK && (der.length == 0 || der.data[0] != SIGNET_DER_SEQUENCE))
        status = signet_pem_decode(call, signet_bytes_text(der), "X509 CRL", &der, NULL);
    if (status == SIGNET_OK)
        status = signet_crl_parse(call, der, &destroying->list);
    if (status == SIGNET_OK && destroying->list != NULL)
        status = ca_destroyed_list(call, step->authority->certificate, destroying->list);
    return status;
}

/* The last list, or why there is none that is good enough. A key that was never certified signed
 * nothing, and needs none. */
static int32_t judge_list(signet_call_t *call, ca_step_t *step, destroying_t *destroying)
{
    signet_text_t reason = signet_setting_text(step->setting, "override");
    int listed = signet_setting_text(step->setting, "last_list").length > 0;
    int32_t status = SIGNET_OK;
    if (step->authority->certificate.length == 0)
        return ca_step_value(call, step, "Certificate", "%s",
                             CA_DESTROYED_NEVER + sizeof "Certificate: " - 1);
    if (listed)
        status = read_list(call, step, destroying);
    if (status == SIGNET_OK && listed)
        status = ca_step_value(call, step, "  its number", "%.*s",
                               SIGNET_FORMAT(signet_hex(call, destroying->list->number)));
    if (status == SIGNET_OK && listed)
        status =
            ca_step_value(call, step, "  good until", "%.*s",
                          SIGNET_FORMAT(signet_time_text(call, destroying->list->next_update)));
    if (status != SIGNET_OK)
        return status;
    if (reason.length > 0)
        return ca_step_value(call, step, CA_DESTROYED_OVERRIDE, "%.*s", SIGNET_FORMAT(reason));
    if (listed && destroying->list->next_update > step->authority->not_after)
        return SIGNET_OK;
    return signet_setting_fail(call, step->setting, "ceremony.last-list",
                               "this step needs \"last_list\", a revocation list by this key that "
                               "is good beyond %.*s, when the authority's certificate ends; or "
                               "\"override\", the reason why its key may go without",
                               SIGNET_FORMAT(signet_time_text(call, step->authority->not_after)));
}

/* What is about to go. */
static int32_t say_key(signet_call_t *call, ca_step_t *step, const destroying_t *destroying)
{
    const ca_authority_t *authority = step->authority;
    signet_bytes_t digest = {NULL, 0};
    int32_t status = signet_sha256(call, destroying->public_key, &digest);
    if (status == SIGNET_OK)
        status = ca_step_value(call, step, "Authority", "%.*s", SIGNET_FORMAT(authority->name));
    if (status == SIGNET_OK)
        status = ca_step_value(call, step, "Keys", "%.*s", SIGNET_FORMAT(authority->keys));
    if (status == SIGNET_OK)
        status = ca_step_value(
            call, step, "Key", "%.*s",
            SIGNET_FORMAT(destroying->key != NULL ? destroying->key->uri : authority->key));
    if (status == SIGNET_OK)
        status = ca_step_value(call, step, CA_DESTROYED_DIGEST, "%.*s",
                               SIGNET_FORMAT(signet_hex(call, digest)));
    if (status == SIGNET_OK && destroying->key == NULL)
        status = ca_step_value(call, step, "It is there", "no more; this step records that");
    if (status == SIGNET_OK && authority->certificate.length > 0)
        status = ca_step_value(call, step, "Its certificate ends", "%.*s",
                               SIGNET_FORMAT(signet_time_text(call, authority->not_after)));
    return status;
}

static int32_t prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    const signet_setting_t *records = signet_setting(step->setting, "record");
    destroying_t *destroying = signet_alloc(call, 1, sizeof *destroying);
    if (destroying == NULL)
        return SIGNET_NO_MEMORY;
    step->state = destroying;
    int32_t status = ca_step_keys(call, step, &destroying->keys, &destroying->instance);
    if (status == SIGNET_OK && !SIGNET_HAS(destroying->keys, destroy))
        return signet_setting_fail(call, step->setting, "ceremony.backend",
                                   "the instance \"%.*s\" cannot destroy keys; use the means of "
                                   "their maker, and record it in a step \"backup\"",
                                   SIGNET_FORMAT(step->authority->keys));
    if (status == SIGNET_OK)
        status = check_room(session, call, step);
    if (status == SIGNET_OK)
        status = load(session, call, step);
    if (status == SIGNET_OK)
        status = find_key(call, step, destroying);
    if (status == SIGNET_OK)
        status = say_key(call, step, destroying);
    if (status == SIGNET_OK)
        status = judge_list(call, step, destroying);
    for (uint64_t i = 0; status == SIGNET_OK && records != NULL && i < records->member_count; i++)
        status = ca_step_value(call, step, "To be recorded", "%.*s",
                               SIGNET_FORMAT(signet_setting_at(records, i)->text));
    return status == SIGNET_OK
               ? ca_step_value(call, step, "What happens",
                               "the key is destroyed and cannot be had back; copies of it are "
                               "destroyed by the means that made them")
               : status;
}

/* Destroys it and looks whether it is gone. */
static int32_t destroy(signet_call_t *call, const ca_step_t *step, const destroying_t *destroying)
{
    signet_text_t uri = destroying->key != NULL ? destroying->key->uri : step->authority->key;
    int32_t status = SIGNET_OK;
    if (destroying->key != NULL)
        status = destroying->keys->destroy(destroying->instance, call, uri, destroying->public_key);
    return status == SIGNET_OK ? ca_evidence_gone(call, destroying->keys, destroying->instance, uri)
                               : status;
}

static int32_t act(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    const destroying_t *destroying = step->state;
    signet_bytes_t digest = {NULL, 0};
    signet_text_t *recorded = NULL;
    uint64_t count = 0;
    int32_t status = destroy(call, step, destroying);
    if (status == SIGNET_OK)
        status = signet_sha256(call, destroying->public_key, &digest);
    signet_text_t hex = signet_hex(call, digest);
    if (status == SIGNET_OK)
        status = ca_console_say(call, &session->console,
                                "  Destroyed, looked for again and not there: SHA-256 of the key: "
                                "%.*s",
                                SIGNET_FORMAT(hex));
    if (status == SIGNET_OK)
        status = ca_witness_ask(session, call, step, &recorded, &count);
    if (status == SIGNET_OK)
        recorded[count++] = signet_format(call, CA_DESTROYED_WITNESSED "%.*s", SIGNET_FORMAT(hex));
    if (status == SIGNET_OK)
        status = ca_witness_sign(session, call, step, recorded, count);
    if (status != SIGNET_OK)
        return status;
    ca_line_t line = ca_step_done(session, call, step);
    ca_line_text(&line, "found",
                 destroying->key != NULL ? SIGNET_TEXT("destroyed, and looked for again: not there")
                                         : SIGNET_TEXT("not there any more"));
    ca_line_texts(&line, "recorded", recorded, count);
    ca_line_base64(&line, "public_key", destroying->public_key);
    ca_line_hex(&line, "key_sha256", digest);
    ca_line_base64(&line, "authority_certificate", step->authority->certificate);
    if (destroying->list != NULL)
        ca_line_base64(&line, "last_list", destroying->list->der);
    return ca_step_end(session, call, &line);
}

const ca_action_t ca_action_destroy_key = {
    .name = "destroy-key",
    .title = "Destroy the key of an authority",
    .prepare = prepare,
    .act = act,
};
