/* Exporting what the online side needs. */
#include "ceremony/action.h"
#include "ceremony/bundle.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <string.h>

/* A bundle that is being put together: lines that are chained in memory. */
typedef struct chain {
    signet_buffer_t buffer;
    uint64_t lines;
    uint8_t digest[CA_LINE_DIGEST];
} chain_t;

static int32_t append(signet_call_t *call, chain_t *chain, ca_line_t *line)
{
    signet_text_t text;
    signet_bytes_t digest;
    int32_t status = ca_line_end(line, &text);
    if (status == SIGNET_OK)
        status = signet_sha256(call, signet_text_bytes(text), &digest);
    if (status != SIGNET_OK)
        return status;
    signet_buffer_add_text(&chain->buffer, text);
    memcpy(chain->digest, digest.data, sizeof chain->digest);
    chain->lines++;
    return SIGNET_OK;
}

static ca_line_t next_line(signet_call_t *call, const chain_t *chain, const char *type)
{
    return ca_line_begin(call, chain->lines + 1, chain->digest, signet_now(), type);
}

/* The certificates of authorities that the step names join what was signed here. */
static int32_t add_authorities(ca_session_t *session, signet_call_t *call, const ca_step_t *step)
{
    const signet_setting_t *names = signet_setting(step->setting, "authorities");
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && names != NULL && i < names->member_count; i++) {
        const signet_setting_t *name = signet_setting_at(names, i);
        const ca_authority_t *authority =
            ca_authority_find(session->ca->authorities, session->ca->authority_count, name->text);
        if (authority == NULL || authority->certificate.length == 0)
            return signet_setting_fail(call, name, "authority.not-found",
                                       "the authority \"%.*s\" is not configured, or has no "
                                       "certificate that this ceremony saw",
                                       SIGNET_FORMAT(name->text));
        int known = 0;
        for (const ca_product_t *product = session->products; product != NULL;
             product = product->next)
            known = known || signet_bytes_equal(product->der, authority->certificate);
        if (!known)
            status = ca_session_product(session, call, "certificate", "CERTIFICATE",
                                        authority->subject_text, authority->certificate);
    }
    return status;
}

static int32_t export_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    signet_bytes_t digest;
    int32_t status = add_authorities(session, call, step);
    if (status == SIGNET_OK)
        status = ca_step_path(call, step, "out", (signet_text_t){NULL, 0});
    for (const ca_product_t *product = session->products; status == SIGNET_OK && product != NULL;
         product = product->next) {
        status = signet_sha256(call, product->der, &digest);
        if (status == SIGNET_OK)
            status = ca_step_value(call, step, product->kind, "%.*s, SHA-256 %.*s",
                                   SIGNET_FORMAT(product->subject),
                                   SIGNET_FORMAT(signet_hex(call, digest)));
    }
    return status;
}

static int32_t add_items(ca_session_t *session, signet_call_t *call, chain_t *chain)
{
    int32_t status = SIGNET_OK;
    for (const ca_product_t *product = session->products; status == SIGNET_OK && product != NULL;
         product = product->next) {
        ca_line_t line = next_line(call, chain, "item");
        ca_line_text(&line, "kind", signet_text(product->kind));
        ca_line_text(&line, "subject", product->subject);
        ca_line_base64(&line, "der", product->der);
        status = append(call, chain, &line);
    }
    return status;
}

static int32_t add_people(ca_session_t *session, signet_call_t *call, chain_t *chain,
                          signet_text_t *names, uint64_t *count)
{
    int32_t status = SIGNET_OK;
    *count = 0;
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++) {
        const ca_participant_t *participant = &session->participants[i];
        if (participant->key == NULL)
            continue;
        names[(*count)++] = participant->name;
        ca_line_t line = next_line(call, chain, "participant");
        ca_line_text(&line, "name", participant->name);
        ca_line_text(&line, "role", signet_text(ca_role_name(participant->role)));
        ca_line_base64(&line, "certificate", participant->certificate);
        status = append(call, chain, &line);
    }
    return status;
}

static int32_t sign_all(ca_session_t *session, signet_call_t *call, chain_t *chain)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++) {
        const ca_participant_t *participant = &session->participants[i];
        if (participant->key == NULL)
            continue;
        ca_line_t line = next_line(call, chain, "signature");
        status = ca_line_sign(call, &line, participant->name, participant->key);
        if (status == SIGNET_OK)
            status = append(call, chain, &line);
    }
    return status;
}

static int32_t build(ca_session_t *session, signet_call_t *call, signet_bytes_t *bundle)
{
    chain_t chain = {.buffer = signet_buffer(call, 16384)};
    uint64_t count = 0;
    signet_text_t *names = signet_alloc(call, session->participant_count + 1, sizeof *names);
    if (names == NULL)
        return SIGNET_NO_MEMORY;
    ca_line_t line = next_line(call, &chain, "bundle");
    ca_line_text(&line, "format", SIGNET_TEXT(CA_BUNDLE_FORMAT));
    ca_line_text(&line, "title", signet_setting_text(session->script, "title"));
    ca_line_number(&line, "quorum", session->quorum);
    ca_line_text(&line, "answers",
                 session->console.rehearsal ? SIGNET_TEXT("file") : SIGNET_TEXT("terminal"));
    /* The transcript as far as it has come ties the two together. */
    ca_line_hex(&line, "transcript", (signet_bytes_t){session->transcript.digest, CA_LINE_DIGEST});
    int32_t status = append(call, &chain, &line);
    if (status == SIGNET_OK)
        status = add_people(session, call, &chain, names, &count);
    if (status == SIGNET_OK)
        status = add_items(session, call, &chain);
    if (status != SIGNET_OK)
        return status;
    line = next_line(call, &chain, "end");
    ca_line_texts(&line, "signers", names, count);
    status = append(call, &chain, &line);
    if (status == SIGNET_OK)
        status = sign_all(session, call, &chain);
    return status == SIGNET_OK ? signet_buffer_bytes(&chain.buffer, bundle) : status;
}

static int32_t export_act(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    signet_bytes_t bundle = {NULL, 0};
    signet_bytes_t digest;
    int32_t status = build(session, call, &bundle);
    if (status == SIGNET_OK)
        status = signet_sha256(call, bundle, &digest);
    if (status == SIGNET_OK)
        status = ca_step_out(call, step, NULL, bundle);
    if (status != SIGNET_OK)
        return status;
    ca_line_t line = ca_step_done(session, call, step);
    ca_line_hex(&line, "bundle_sha256", digest);
    status = ca_step_end(session, call, &line);
    if (status == SIGNET_OK)
        status = ca_console_say(call, &session->console, "  Exported: %.*s, SHA-256 %.*s",
                                SIGNET_FORMAT(step->out), SIGNET_FORMAT(signet_hex(call, digest)));
    return status;
}

const ca_action_t ca_action_export = {
    .name = "export",
    .title = "Export what the online side needs",
    .prepare = export_prepare,
    .act = export_act,
};
