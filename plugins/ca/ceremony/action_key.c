/* Steps about a key: make it, back it up by its maker's means, and look at what is there. */
#include "ceremony/action.h"
#include "ceremony/describe.h"
#include "ceremony/signature.h"
#include "ceremony/witness.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define BACKUP_WITNESSES 2U

static int32_t require_open(ca_session_t *session, signet_call_t *call, const ca_step_t *step)
{
    if (step->authority == NULL || ca_session_is_open(session, step->authority))
        return SIGNET_OK;
    return signet_setting_fail(call, step->setting, "key.locked",
                               "the keys of the authority \"%.*s\" are locked; a step \"unlock\" "
                               "comes before this one",
                               SIGNET_FORMAT(step->authority->name));
}

static int32_t make_key_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    const signet_key_interface_t *keys = NULL;
    void *instance = NULL;
    int32_t status = ca_step_keys(call, step, &keys, &instance);
    if (status == SIGNET_OK)
        status = require_open(session, call, step);
    if (status == SIGNET_OK)
        status =
            ca_step_value(call, step, "Authority", "%.*s", SIGNET_FORMAT(step->authority->name));
    if (status == SIGNET_OK)
        status = ca_step_value(call, step, "Keys", "%.*s", SIGNET_FORMAT(step->authority->keys));
    if (status == SIGNET_OK)
        status = ca_step_value(call, step, "Name of the key", "%.*s",
                               SIGNET_FORMAT(step->authority->key));
    if (status == SIGNET_OK)
        status = ca_step_value(call, step, "Type of the key", "%.*s",
                               SIGNET_FORMAT(step->authority->key_type));
    if (status == SIGNET_OK)
        status = ca_step_value(call, step, "Purposes", "certificates, revocation lists");
    return status;
}

static int32_t make_key_act(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    const signet_key_interface_t *keys = NULL;
    void *instance = NULL;
    const signet_key_t *key = NULL;
    signet_bytes_t digest = {NULL, 0};
    signet_key_request_t request = {.size = sizeof request,
                                    .purposes = SIGNET_PURPOSE_CERTIFICATE | SIGNET_PURPOSE_CRL,
                                    .name = step->authority->key,
                                    .type = step->authority->key_type};
    int32_t status = ca_step_keys(call, step, &keys, &instance);
    if (status == SIGNET_OK)
        status = keys->generate(instance, call, &request, &key);
    if (status == SIGNET_OK)
        status = signet_sha256(call, key->public_key, &digest);
    if (status != SIGNET_OK)
        return status;
    ca_line_t line = ca_step_done(session, call, step);
    ca_line_text(&line, "uri", key->uri);
    ca_line_text(&line, "module", key->module);
    ca_line_text(&line, "origin", SIGNET_HAS(key, origin.data) ? key->origin : SIGNET_TEXT(""));
    ca_line_number(&line, "hardware", key->hardware);
    ca_line_number(&line, "exportable", key->exportable);
    ca_line_base64(&line, "public_key", key->public_key);
    ca_line_hex(&line, "key_sha256", digest);
    ca_line_base64(&line, "attestation",
                   SIGNET_HAS(key, attestation.data) ? key->attestation
                                                     : (signet_bytes_t){NULL, 0});
    status = ca_step_end(session, call, &line);
    if (status == SIGNET_OK)
        status = ca_console_say(call, &session->console, "  Made: SHA-256 of the key: %.*s",
                                SIGNET_FORMAT(signet_hex(call, digest)));
    return status;
}

const ca_action_t ca_action_make_key = {
    .name = "make-key",
    .title = "Make the key of an authority",
    .prepare = make_key_prepare,
    .act = make_key_act,
};

static int32_t backup_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    const signet_setting_t *records = signet_setting(step->setting, "record");
    uint64_t witnesses = ca_session_present(session, CA_ROLE_WITNESS);
    if (witnesses < BACKUP_WITNESSES)
        return signet_fail(call, SIGNET_DENIED, "ceremony.witnesses",
                           "a backup needs %u witnesses, and %llu are present", BACKUP_WITNESSES,
                           (unsigned long long)witnesses);
    if (records == NULL || records->member_count == 0)
        return signet_setting_fail(call, step->setting, "ceremony.option",
                                   "this step needs the option \"record\": what is to be written "
                                   "down of the backup, such as serial numbers");
    int32_t status = SIGNET_OK;
    if (step->authority != NULL)
        status =
            ca_step_value(call, step, "Authority", "%.*s", SIGNET_FORMAT(step->authority->name));
    for (uint64_t i = 0; status == SIGNET_OK && i < records->member_count; i++)
        status = ca_step_value(call, step, "To be recorded", "%.*s",
                               SIGNET_FORMAT(signet_setting_at(records, i)->text));
    return status == SIGNET_OK
               ? ca_step_value(call, step, "Do now",
                               "the backup by the maker's means, as the note says; this program "
                               "only records it")
               : status;
}

/* Asks for each value; the witnesses sign what was written down. */
static int32_t backup_act(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    signet_text_t *recorded = NULL;
    uint64_t count = 0;
    int32_t status = ca_witness_ask(session, call, step, &recorded, &count);
    if (status == SIGNET_OK)
        status = ca_witness_sign(session, call, step, recorded, count);
    if (status != SIGNET_OK)
        return status;
    ca_line_t line = ca_step_done(session, call, step);
    ca_line_texts(&line, "recorded", recorded, count);
    return ca_step_end(session, call, &line);
}

const ca_action_t ca_action_backup = {
    .name = "backup",
    .title = "Back the key up by its maker's means",
    .prepare = backup_prepare,
    .act = backup_act,
};

static int32_t verify_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    signet_text_t *lines = NULL;
    uint64_t count = 0;
    const signet_x509_t *x509 = NULL;
    if (step->authority == NULL)
        return signet_setting_fail(call, step->setting, "ceremony.option",
                                   "this step needs the option \"authority\"");
    int32_t status = require_open(session, call, step);
    /* Loading it checks chain and key. */
    if (status == SIGNET_OK)
        status = ca_signature_load(session, call, step->authority);
    if (status == SIGNET_OK && step->authority->certificate.length == 0)
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.pending",
                           "the authority \"%.*s\" has no certificate yet",
                           SIGNET_FORMAT(step->authority->name));
    if (status == SIGNET_OK)
        status = signet_x509_parse(call, step->authority->certificate, &x509);
    if (status == SIGNET_OK)
        status = ca_describe_certificate(call, x509, &lines, &count);
    if (status == SIGNET_OK)
        status =
            ca_step_value(call, step, "Certificate", "%.*s", SIGNET_FORMAT(step->authority->path));
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++)
        status = ca_step_value(call, step, " ", "%.*s", SIGNET_FORMAT(lines[i]));
    return status == SIGNET_OK ? ca_step_value(call, step, "Its key", "is on the token") : status;
}

static int32_t verify_act(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    ca_line_t line = ca_step_done(session, call, step);
    ca_line_base64(&line, "verified", step->authority->certificate);
    return ca_step_end(session, call, &line);
}

const ca_action_t ca_action_verify = {
    .name = "verify",
    .title = "Verify an authority's certificate and key",
    .prepare = verify_prepare,
    .act = verify_act,
};
