/* Steps that sign certificates: a root's own, a subordinate's from its request, a responder's, a
 * cross-certificate. */
#include "ceremony/action.h"
#include "ceremony/describe.h"
#include "ceremony/signature.h"

#include "authority/authority_load.h"
#include "authority/ceremony.h"
#include "authority/cross.h"
#include "issue/prepare.h"
#include "issue/signing.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

/* A certificate from prepare to act. */
typedef struct certifying {
    ca_authority_t *issuer;
    signet_text_t key_uri;
    signet_bytes_t issuer_spki;
    ca_content_t content;
    ca_draft_t draft;
    signet_issue_request_t request;
    signet_text_t summary; /* its first line */
    ca_authority_t *own;   /* whose own certificate it is, made here; or NULL */
} certifying_t;

static certifying_t *begin(signet_call_t *call, ca_step_t *step)
{
    certifying_t *certifying = signet_alloc(call, 1, sizeof *certifying);
    step->state = certifying;
    return certifying;
}

/* Encodes and judges what is to be signed, and says every field of it. */
static int32_t present(signet_call_t *call, ca_step_t *step, certifying_t *certifying)
{
    const signet_x509_t *x509 = NULL;
    signet_text_t *lines = NULL;
    uint64_t count = 0;
    int self = certifying->own != NULL && certifying->own == certifying->issuer;
    signet_text_t otherwise =
        certifying->own != NULL ? certifying->own->path : (signet_text_t){NULL, 0};
    int32_t status = ca_step_path(call, step, "out", otherwise);
    if (status == SIGNET_OK)
        status = ca_signing_judge(call, certifying->issuer, self, &certifying->content, &step->tbs);
    if (status == SIGNET_OK)
        status = ca_template_read(call, step->tbs, certifying->content.identifier, &x509);
    if (status == SIGNET_OK)
        status = ca_describe_certificate(call, x509, &lines, &count);
    step->issuer = certifying->issuer->name;
    if (status == SIGNET_OK)
        certifying->summary = lines[0];
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        if (step->value_count == CA_STEP_VALUES)
            return signet_fail(call, SIGNET_TOO_LARGE, "ceremony.values",
                               "the certificate has too many values to be read by people");
        step->values[step->value_count++] = lines[i];
    }
    return status;
}

static int32_t act(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    certifying_t *certifying = step->state;
    signet_bytes_t signature = {NULL, 0};
    signet_bytes_t der = {NULL, 0};
    signet_bytes_t digest = {NULL, 0};
    int32_t status =
        ca_signature_make(session, call, step, certifying->issuer, certifying->key_uri,
                          SIGNET_PURPOSE_CERTIFICATE, certifying->issuer_spki, &signature);
    if (status == SIGNET_OK)
        status = ca_template_join(call, step->tbs, certifying->content.identifier, signature, &der);
    if (status == SIGNET_OK)
        status = signet_sha256(call, der, &digest);
    if (status != SIGNET_OK)
        return status;
    /* First the record: what was signed is known even where no file can be written. */
    ca_line_t line = ca_step_done(session, call, step);
    ca_line_base64(&line, "certificate", der);
    ca_line_hex(&line, "sha256", digest);
    status = ca_step_end(session, call, &line);
    if (status == SIGNET_OK)
        status = ca_step_out(call, step, "CERTIFICATE", der);
    if (status == SIGNET_OK)
        status = ca_session_product(session, call, "certificate", "CERTIFICATE",
                                    certifying->summary, der);
    if (status == SIGNET_OK)
        status = ca_console_say(call, &session->console, "  Signed: %.*s, SHA-256 %.*s",
                                SIGNET_FORMAT(step->out), SIGNET_FORMAT(signet_hex(call, digest)));
    if (status == SIGNET_OK && certifying->own != NULL)
        status = ca_signature_load(session, call, certifying->own);
    return status;
}

/* An authority's own certificate, whose key is here. */
static int32_t certify_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    certifying_t *certifying = begin(call, step);
    ca_authority_t *own = step->authority;
    const signet_key_t *key = NULL;
    if (certifying == NULL)
        return SIGNET_NO_MEMORY;
    if (own == NULL || own->certificate.length > 0)
        return signet_setting_fail(call, step->setting, "ceremony.option",
                                   "this step needs the option \"authority\", naming one that has "
                                   "no certificate yet");
    certifying->own = own;
    certifying->issuer = own->parent != NULL ? own->parent : own;
    int32_t status = SIGNET_OK;
    if (own->parent != NULL)
        status = ca_signature_ready(session, call, step, own->parent);
    if (status == SIGNET_OK)
        status = ca_authority_key(call, own, &key);
    if (status == SIGNET_OK)
        status =
            ca_ceremony_content(call, own, key->public_key, signet_now(), &certifying->content);
    if (status != SIGNET_OK)
        return status;
    certifying->key_uri = own->parent != NULL ? own->parent->key_uri : key->uri;
    certifying->issuer_spki = own->parent != NULL ? own->parent->spki : key->public_key;
    return present(call, step, certifying);
}

static int32_t self_sign_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    if (step->authority != NULL && step->authority->parent != NULL)
        return signet_setting_fail(call, step->setting, "ceremony.option",
                                   "\"%.*s\" is no root; use \"certify\" or \"sign-request\"",
                                   SIGNET_FORMAT(step->authority->name));
    return certify_prepare(session, call, step);
}

const ca_action_t ca_action_self_sign = {
    .name = "self-sign",
    .title = "Sign a root's own certificate",
    .prepare = self_sign_prepare,
    .act = act,
};

const ca_action_t ca_action_certify = {
    .name = "certify",
    .title = "Certify an authority whose key is here, by its parent",
    .prepare = certify_prepare,
    .act = act,
};

/* PEM or DER of a request. */
static int32_t read_request(signet_call_t *call, ca_step_t *step, signet_bytes_t *csr)
{
    int32_t status = ca_step_file(call, step, "request", "Request", csr);
    if (status != SIGNET_OK || (csr->length > 0 && csr->data[0] == SIGNET_DER_SEQUENCE))
        return status;
    signet_text_t text = signet_bytes_text(*csr);
    status = signet_pem_decode(call, text, "CERTIFICATE REQUEST", csr, NULL);
    if (status != SIGNET_NOT_FOUND)
        return status;
    call->services->clear(call);
    return signet_pem_decode(call, text, "NEW CERTIFICATE REQUEST", csr, NULL);
}

/* Profile, issuer and its key. */
static int32_t open_draft(ca_session_t *session, signet_call_t *call, ca_step_t *step, int kind,
                          certifying_t *certifying)
{
    ca_draft_t *draft = &certifying->draft;
    certifying->request =
        (signet_issue_request_t){.size = sizeof certifying->request,
                                 .profile = signet_setting_text(step->setting, "profile"),
                                 .authority = signet_setting_text(step->setting, "authority"),
                                 .csr = certifying->request.csr};
    draft->request = &certifying->request;
    draft->now = signet_now();
    int32_t status = ca_prepare_authorise(session->ca, call, draft);
    if (status == SIGNET_OK && draft->profile->kind != kind)
        return signet_setting_fail(call, step->setting, "profile.kind",
                                   "the profile \"%.*s\" is of another kind than this step signs",
                                   SIGNET_FORMAT(draft->profile->name));
    if (status == SIGNET_OK)
        status = ca_signature_ready(session, call, step, draft->authority);
    if (status != SIGNET_OK)
        return status;
    certifying->issuer = draft->authority;
    certifying->key_uri = draft->authority->key_uri;
    certifying->issuer_spki = draft->authority->spki;
    return ca_step_value(call, step, "Profile", "%.*s, version %llu",
                         SIGNET_FORMAT(draft->profile->name),
                         (unsigned long long)draft->profile->version);
}

/* A certificate from a request, exactly as the profile has it and by all the checks that the
 * daemon makes. */
static int32_t request_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step,
                               int kind)
{
    certifying_t *certifying = begin(call, step);
    if (certifying == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = read_request(call, step, &certifying->request.csr);
    if (status == SIGNET_OK)
        status = open_draft(session, call, step, kind, certifying);
    if (status == SIGNET_OK)
        status = ca_prepare(session->ca, call, &certifying->draft);
    if (status != SIGNET_OK)
        return status;
    certifying->content = certifying->draft.content;
    return present(call, step, certifying);
}

static int32_t sign_request_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    return request_prepare(session, call, step, CA_KIND_SUBORDINATE);
}

const ca_action_t ca_action_sign_request = {
    .name = "sign-request",
    .title = "Certify a subordinate authority from its request",
    .prepare = sign_request_prepare,
    .act = act,
};

static int32_t sign_responder_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    return request_prepare(session, call, step, CA_KIND_OCSP_RESPONDER);
}

const ca_action_t ca_action_sign_responder = {
    .name = "sign-responder",
    .title = "Certify an OCSP responder from its request",
    .prepare = sign_responder_prepare,
    .act = act,
};

/* A foreign authority, from its own certificate or a request: subject and key identifier are taken
 * over to the octet, so that what it issued chains to the new one as well. */
static int32_t cross_sign_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    certifying_t *certifying = begin(call, step);
    ca_foreign_t foreign;
    signet_bytes_t file;
    const char *option =
        signet_setting_text(step->setting, "certificate").length > 0 ? "certificate" : "request";
    if (certifying == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = ca_step_file(call, step, option, "Foreign authority", &file);
    if (status == SIGNET_OK)
        status = ca_cross_read(call, signet_setting_text(step->setting, option), &foreign);
    if (status == SIGNET_OK)
        status = open_draft(session, call, step, CA_KIND_SUBORDINATE, certifying);
    if (status == SIGNET_OK)
        status = ca_cross_content(session->ca, call, certifying->issuer, certifying->draft.profile,
                                  &foreign, &certifying->content);
    return status == SIGNET_OK ? present(call, step, certifying) : status;
}

const ca_action_t ca_action_cross_sign = {
    .name = "cross-sign",
    .title = "Cross-certify a foreign authority",
    .prepare = cross_sign_prepare,
    .act = act,
};
