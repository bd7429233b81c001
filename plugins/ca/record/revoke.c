#include "record/revoke.h"

#include "error.h"
#include "issue/denial.h"
#include "issue/intent.h"
#include "permission.h"
#include "profile/template.h"
#include "record/reason.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define COMMENT_MAX 1024U
#define CHANGES_MAX 3U

/* A change of state on its way to the store. */
typedef struct transition {
    signet_store_t store;
    signet_journal_t journal;
    ca_record_t *record;
    int abandoned; /* the record comes from an intent */
    int is_ca;
    signet_bytes_t spki;
    const char *event;
    signet_text_t reason; /* in words, for the journal */
    signet_text_t proof;  /* "key" where the holder of the key asked, "bulk:ID"; or empty */
    int block;            /* the key is blocked with it */
} transition_t;

/* What the certificate itself says; of an abandoned intent, its to-be-signed part. */
static int32_t read_certificate(signet_call_t *call, transition_t *transition)
{
    const signet_x509_t *x509 = NULL;
    signet_bytes_t der = transition->record->certificate.der;
    int32_t status = SIGNET_OK;
    if (der.length == 0)
        status = ca_intent_whole(call, transition->record->body, &der);
    if (status == SIGNET_OK)
        status = signet_x509_parse(call, der, &x509);
    if (status != SIGNET_OK)
        return status;
    transition->is_ca = x509->is_ca;
    transition->spki = x509->key.spki;
    return SIGNET_OK;
}

/* Finds the certificate, or the abandoned intent. */
static int32_t locate(ca_t *ca, signet_call_t *call, signet_text_t authority, signet_bytes_t serial,
                      transition_t *transition)
{
    int32_t status = ca_store(ca, call, &transition->store);
    if (status == SIGNET_OK)
        status = ca_journal(ca, call, &transition->journal);
    if (status == SIGNET_OK)
        status = ca_record_get(call, &transition->store, authority, serial, &transition->record);
    if (status == SIGNET_NOT_FOUND) {
        ca_intent_t *intent = NULL;
        call->services->clear(call);
        status = ca_intent_get(call, &transition->store, authority, serial, &intent);
        if (status == SIGNET_NOT_FOUND)
            return ca_record_missing(call, authority, serial);
        if (status == SIGNET_OK)
            transition->record = &intent->record;
        transition->abandoned = 1;
    }
    return status;
}

/* The same, where the actor may change it. */
static int32_t find(ca_t *ca, signet_call_t *call, signet_text_t authority, signet_bytes_t serial,
                    transition_t *transition)
{
    int32_t status = locate(ca, call, authority, serial, transition);
    return status == SIGNET_OK ? ca_permission_change(call, &transition->record->certificate)
                               : status;
}

static int32_t conflict(signet_call_t *call, const char *reason, const char *message)
{
    return signet_fail(call, SIGNET_CONFLICT, reason, "%s", message);
}

/* Whether the profile of a certificate permits hold and release; one that is not configured any
 * more might have been strict. */
static int32_t check_strict(ca_t *ca, signet_call_t *call, const signet_certificate_t *certificate)
{
    const ca_profile_t *profile =
        ca_profile_find(ca->profiles, ca->profile_count, certificate->profile);
    if (profile != NULL && !profile->strict)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_DENIED, "profile.strict",
                       "certificates of the profile \"%.*s\" are neither held nor released; revoke "
                       "it",
                       SIGNET_FORMAT(certificate->profile));
}

/* Whether the state that the certificate is in may become the one asked for. */
static int32_t check_state(ca_t *ca, signet_call_t *call, const transition_t *transition,
                           int32_t reason)
{
    const signet_certificate_t *certificate = &transition->record->certificate;
    int revoked = signet_text_is(certificate->state, SIGNET_CERTIFICATE_REVOKED);
    int held = signet_text_is(certificate->state, SIGNET_CERTIFICATE_HELD);
    int hold = reason == SIGNET_REASON_CERTIFICATE_HOLD;
    if (certificate->not_after < signet_now())
        return conflict(call, "certificate.expired",
                        "the certificate has expired; only unexpired ones are revoked");
    if (revoked && reason == SIGNET_REASON_KEY_COMPROMISE && certificate->reason != reason)
        return SIGNET_OK;
    if (revoked)
        return conflict(call, "certificate.already-revoked",
                        "the certificate is revoked already; only the reason may still be raised "
                        "to keyCompromise");
    if (held && hold)
        return conflict(call, "certificate.already-held", "the certificate is held already");
    if (hold && (transition->abandoned || transition->record->stage == CA_STAGE_PRECERTIFICATE))
        return conflict(call, "certificate.abandoned",
                        "the certificate was never issued to anyone; revoke it instead of holding "
                        "it");
    return hold ? check_strict(ca, call, certificate) : SIGNET_OK;
}

static int32_t commit(signet_call_t *call, transition_t *transition, const signet_change_t *changes,
                      uint64_t count, signet_text_t key)
{
    const ca_record_t *record = transition->record;
    signet_pair_t fields[] = {
        signet_pair("reason", transition->reason),
        signet_pair("key_blocked", transition->block ? SIGNET_TEXT("yes") : SIGNET_TEXT("no")),
        signet_pair("subject", record->certificate.subject),
        signet_pair("comment", record->comment),
        signet_pair("proof", transition->proof),
    };
    signet_text_t object = signet_format(call, "certificate:%.*s", SIGNET_FORMAT(key));
    if (object.data == NULL)
        return SIGNET_NO_MEMORY;
    signet_entry_t entry = {.size = sizeof entry,
                            .event = signet_text(transition->event),
                            .object = object,
                            .fields = fields,
                            .field_count = sizeof fields / sizeof fields[0]};
    return transition->journal.interface->commit(transition->journal.instance, call, changes, count,
                                                 &entry);
}

/* The block is durable with the revocation; this tells whoever follows the journal for keys. */
static void tell_blocked(ca_t *ca, signet_call_t *call, const transition_t *transition,
                         signet_bytes_t digest, signet_text_t key)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return;
    signet_pair_t fields[] = {signet_pair("certificate", key)};
    signet_text_t object =
        signet_format(child, "key:%.*s", SIGNET_FORMAT(signet_hex(child, digest)));
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(SIGNET_EVENT_KEY_BLOCKED),
                            .object = object,
                            .fields = fields,
                            .field_count = 1};
    if (transition->journal.interface->commit(transition->journal.instance, child, NULL, 0,
                                              &entry) != SIGNET_OK)
        signet_log_error(ca->host, child, SIGNET_LOG_ERROR, "ca.key-blocked-unrecorded");
    call->services->end(child);
}

/* Commits record, block and the end of the intent together. */
static int32_t carry_out(ca_t *ca, signet_call_t *call, transition_t *transition)
{
    ca_record_t *record = transition->record;
    signet_field_t fields[CA_RECORD_FIELDS];
    signet_field_t block_fields[2];
    signet_change_t changes[CHANGES_MAX];
    signet_bytes_t digest = {NULL, 0};
    uint64_t count = 0;
    uint64_t version = record->certificate.version;
    signet_text_t key =
        ca_record_key(call, record->certificate.authority, record->certificate.serial);
    if (key.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = SIGNET_OK;
    /* An intent that becomes a record is found by its key as others are. */
    if (transition->abandoned && ca->keys_indexed)
        status = signet_sha256(call, transition->spki, &record->key);
    if (status == SIGNET_OK)
        status = ca_record_put(call, key, transition->abandoned ? SIGNET_VERSION_ABSENT : version,
                               record, fields, &changes[count++]);
    if (status == SIGNET_OK && transition->abandoned)
        changes[count++] = signet_delete(CA_INTENTS, key, version);
    /* The serial is revoked: an intent that is left of the certificate needs no one any more. */
    if (status == SIGNET_OK && !transition->abandoned && record->stage == CA_STAGE_PRECERTIFICATE)
        changes[count++] = signet_delete(CA_INTENTS, key, SIGNET_VERSION_ANY);
    if (status == SIGNET_OK && transition->block) {
        status = signet_sha256(call, transition->spki, &digest);
        if (status == SIGNET_OK)
            status = ca_blocked_keys_reserve(ca->blocked, call);
        if (status == SIGNET_OK)
            status = ca_blocked_keys_change(call, digest, key, signet_now(), block_fields,
                                            &changes[count++]);
    }
    if (status == SIGNET_OK)
        status = commit(call, transition, changes, count, key);
    if (status != SIGNET_OK)
        return status;
    record->certificate.version = transition->abandoned ? 1 : version + 1;
    if (transition->block) {
        ca_blocked_keys_add(ca->blocked, digest);
        tell_blocked(ca, call, transition, digest, key);
    }
    return SIGNET_OK;
}

/* Takes a certificate that was found into the state that is asked for. */
static int32_t revoke_found(ca_t *ca, signet_call_t *call, const signet_revoke_request_t *request,
                            transition_t *transition, const signet_certificate_t **certificate)
{
    int32_t status = read_certificate(call, transition);
    if (status == SIGNET_OK)
        status = ca_reason_check(call, request->reason, transition->is_ca, &transition->reason);
    if (status == SIGNET_OK)
        status = check_state(ca, call, transition, request->reason);
    if (status == SIGNET_OK &&
        (request->comment.length > COMMENT_MAX || !signet_text_valid(request->comment)))
        status = signet_fail_field(call, SIGNET_INVALID, "certificate.comment", "comment",
                                   "a comment is at most %u octets of UTF-8", COMMENT_MAX);
    if (status != SIGNET_OK)
        return status;
    signet_certificate_t *changed = &transition->record->certificate;
    int hold = request->reason == SIGNET_REASON_CERTIFICATE_HOLD;
    /* A raised reason keeps the date of the first revocation. */
    if (!signet_text_is(changed->state, SIGNET_CERTIFICATE_REVOKED))
        changed->revoked_at = signet_now();
    changed->state =
        hold ? SIGNET_TEXT(SIGNET_CERTIFICATE_HELD) : SIGNET_TEXT(SIGNET_CERTIFICATE_REVOKED);
    changed->reason = request->reason;
    if (request->invalid_since != 0)
        transition->record->invalid_since = request->invalid_since;
    if (request->comment.length > 0)
        transition->record->comment = request->comment;
    transition->block = request->reason == SIGNET_REASON_KEY_COMPROMISE;
    if (hold)
        transition->event = SIGNET_EVENT_CERTIFICATE_HELD;
    status = carry_out(ca, call, transition);
    if (status == SIGNET_OK)
        *certificate = changed;
    return status;
}

static int32_t revoke(ca_t *ca, signet_call_t *call, const signet_revoke_request_t *request,
                      const signet_certificate_t **certificate)
{
    transition_t transition = {.event = SIGNET_EVENT_CERTIFICATE_REVOKED};
    int32_t status = find(ca, call, request->authority, request->serial, &transition);
    return status == SIGNET_OK ? revoke_found(ca, call, request, &transition, certificate) : status;
}

int32_t ca_revoke(void *instance, signet_call_t *call, const signet_revoke_request_t *request,
                  const signet_certificate_t **certificate)
{
    int32_t status = revoke(instance, call, request, certificate);
    if (status == SIGNET_DENIED || status == SIGNET_NOT_FOUND)
        ca_denial_change(instance, call, request->authority, request->serial);
    return status;
}

/* Whether an authority's own certificates hold exactly this one; a serial number alone would let
 * anyone who makes a certificate with our names and a key of their own revoke what is ours. Looked
 * for in the authority's tenant, which the call only enters for what is found. */
static int32_t find_at(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                       const signet_x509_t *x509, int *found)
{
    transition_t transition = {.record = NULL};
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = SIGNET_OK;
    if (!ca_tenant_sees(child, authority->tenant))
        status = child->services->set_tenant(child, authority->tenant);
    if (status == SIGNET_OK)
        status = locate(ca, child, authority->name, x509->serial, &transition);
    *found =
        status == SIGNET_OK && signet_bytes_equal(transition.record->certificate.der, x509->der);
    if (status == SIGNET_NOT_FOUND)
        status = SIGNET_OK;
    status = signet_child_end(call, child, status);
    return status;
}

static int32_t find_exact(ca_t *ca, signet_call_t *call, signet_bytes_t der,
                          transition_t *transition)
{
    const signet_x509_t *x509 = NULL;
    int32_t status = signet_x509_parse(call, der, &x509);
    if (status != SIGNET_OK)
        return status;
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const ca_authority_t *authority = &ca->authorities[i];
        /* Nobody is logged in who proves a key: a call of one tenant stays in its own. */
        int reached =
            call->services->tenant(call).length == 0 || ca_tenant_sees(call, authority->tenant);
        if (!reached || !signet_bytes_equal(authority->subject, x509->issuer))
            continue;
        int found = 0;
        status = find_at(ca, call, authority, x509, &found);
        if (status == SIGNET_OK && found && !ca_tenant_sees(call, authority->tenant))
            status = call->services->set_tenant(call, authority->tenant);
        if (status == SIGNET_OK && found)
            return locate(ca, call, authority->name, x509->serial, transition);
        if (status != SIGNET_OK)
            return status;
    }
    return signet_fail_field(call, SIGNET_NOT_FOUND, "certificate.not-ours", "certificate",
                             "the certificate is none that was issued here");
}

int32_t ca_revoke_by_key(void *instance, signet_call_t *call, signet_bytes_t der,
                         const signet_revoke_request_t *request,
                         const signet_certificate_t **certificate)
{
    ca_t *ca = instance;
    transition_t transition = {.event = SIGNET_EVENT_CERTIFICATE_REVOKED,
                               .proof = SIGNET_TEXT("key")};
    /* Who has the key may have stolen it: what can be undone, and would block the owner, is not
     * theirs to ask for. */
    if (request->reason == SIGNET_REASON_CERTIFICATE_HOLD)
        return signet_fail_field(call, SIGNET_INVALID, "certificate.reason", "reason",
                                 "the holder of the key revokes for good; ask an officer to hold "
                                 "it");
    int32_t status = find_exact(ca, call, der, &transition);
    if (transition.record == NULL || status != SIGNET_OK)
        return status;
    return revoke_found(ca, call, request, &transition, certificate);
}

int32_t ca_revoke_ordered(ca_t *ca, signet_call_t *call, signet_text_t key,
                          const signet_revoke_request_t *request, signet_text_t order)
{
    transition_t transition = {.event = SIGNET_EVENT_CERTIFICATE_REVOKED, .proof = order};
    const signet_certificate_t *certificate = NULL;
    signet_bytes_t serial;
    signet_text_t hex;
    signet_text_t authority = signet_text_split(key, '/', &hex);
    int32_t status = signet_hex_decode(call, hex, &serial);
    if (status == SIGNET_OK)
        status = locate(ca, call, authority, serial, &transition);
    if (status == SIGNET_OK &&
        signet_text_is(transition.record->certificate.state, SIGNET_CERTIFICATE_REVOKED))
        return SIGNET_OK;
    return status == SIGNET_OK ? revoke_found(ca, call, request, &transition, &certificate)
                               : status;
}

static int32_t release(ca_t *ca, signet_call_t *call, signet_text_t authority,
                       signet_bytes_t serial, const signet_certificate_t **certificate)
{
    transition_t transition = {.event = SIGNET_EVENT_CERTIFICATE_RELEASED};
    int32_t status = find(ca, call, authority, serial, &transition);
    if (status != SIGNET_OK)
        return status;
    signet_certificate_t *changed = &transition.record->certificate;
    if (!signet_text_is(changed->state, SIGNET_CERTIFICATE_HELD))
        return conflict(call, "certificate.not-held",
                        "the certificate is not held; only held ones are released");
    status = check_strict(ca, call, changed);
    if (status != SIGNET_OK)
        return status;
    changed->state = SIGNET_TEXT(SIGNET_CERTIFICATE_VALID);
    changed->reason = 0;
    changed->revoked_at = 0;
    transition.record->invalid_since = 0;
    status = carry_out(ca, call, &transition);
    if (status == SIGNET_OK)
        *certificate = changed;
    return status;
}

int32_t ca_release(void *instance, signet_call_t *call, signet_text_t authority,
                   signet_bytes_t serial, const signet_certificate_t **certificate)
{
    int32_t status = release(instance, call, authority, serial, certificate);
    if (status == SIGNET_DENIED || status == SIGNET_NOT_FOUND)
        ca_denial_change(instance, call, authority, serial);
    return status;
}
