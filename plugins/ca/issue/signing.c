#include "issue/signing.h"

#include "error.h"
#include "issue/intent.h"
#include "issue/precertificate.h"
#include "issue/request.h"
#include "issue/reuse.h"
#include "issue/signed.h"
#include "profile/lint.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <string.h>

/* After a key did not answer, it is left alone for so long: each attempt costs an intent. */
#define KEY_REST_MS 1000
/* How often a request that must be counted gives way to others of the same key or subject. */
#define TRIES 20

/* All that signing needs from others. */
typedef struct signing_parts {
    signet_store_t store;
    signet_journal_t journal;
    const signet_provider_t *provider; /* of the key */
    const signet_key_interface_t *keys;
    void *key_instance;
    signet_text_t key; /* of intent and record */
    signet_bytes_t tbs;
    signet_bytes_t linted; /* a copy of it, as the lint saw it */
} signing_parts_t;

static int32_t find_parts(ca_t *ca, signet_call_t *call, const ca_signing_t *signing,
                          signing_parts_t *parts)
{
    int32_t status = ca_store(ca, call, &parts->store);
    if (status == SIGNET_OK)
        status = ca_journal(ca, call, &parts->journal);
    if (status != SIGNET_OK)
        return status;
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), signing->authority->keys);
    if (provider == NULL)
        return signet_status(call);
    parts->provider = provider;
    parts->keys = provider->interface;
    parts->key_instance = provider->instance;
    parts->key = ca_record_key(call, signing->authority->name, signing->content->serial);
    return parts->key.data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

/* Whether the journal lets anything be signed now. */
static int32_t check_ready(signet_call_t *call, const signing_parts_t *parts)
{
    const signet_journal_interface_t *interface = parts->journal.interface;
    return SIGNET_HAS(interface, ready) ? interface->ready(parts->journal.instance, call)
                                        : SIGNET_OK;
}

/* Whether a record is there, after a commit whose outcome is unknown. */
static int32_t read_back(signet_call_t *call, const signet_store_t *store, const char *collection,
                         signet_text_t key, uint64_t version)
{
    const signet_record_t *stored = NULL;
    call->services->clear(call);
    int32_t status =
        store->interface->get(store->instance, call, signet_text(collection), key, &stored);
    if (status == SIGNET_OK && stored->version == version)
        return SIGNET_OK;
    call->services->clear(call);
    return signet_fail(call,
                       status == SIGNET_NOT_FOUND || status == SIGNET_OK ? SIGNET_UNAVAILABLE
                                                                         : SIGNET_UNKNOWN,
                       "ca.store-unknown",
                       "the store did not confirm what it was given; nothing was issued to you, "
                       "ask again with the same request id");
}

/* What the record will be at: a certificate's is put twice more than its precertificate's. */
static uint64_t record_version(const ca_signing_t *signing)
{
    return signing->precertified == NULL ? 1 : signing->precertified->certificate.version + 2;
}

/* Commits the intent and all that goes with it; CONFLICT where something of it has changed. */
static int32_t put_intent(signet_call_t *call, const ca_signing_t *signing,
                          const signing_parts_t *parts)
{
    signet_field_t intent_fields[CA_INTENT_FIELDS];
    signet_field_t request_fields[CA_REQUEST_FIELDS];
    signet_field_t record_fields[CA_RECORD_FIELDS];
    signet_field_t reservation_fields[2];
    signet_change_t changes[6];
    uint64_t count = 0;
    ca_intent_t intent = {.record = *signing->record};
    intent.record.body = parts->tbs;
    changes[count++] = ca_intent_put(parts->key, SIGNET_VERSION_ABSENT, &intent, intent_fields);
    if (signing->request != NULL)
        changes[count++] = ca_request_put(signing->request, signing->request_digest, parts->key,
                                          signing->record->certificate.issued_at, request_fields);
    /* An approval is used up with the intent, so that it is acted on once. */
    if (signing->finish != NULL)
        changes[count++] = *signing->finish;
    for (uint64_t i = 0; signing->draft != NULL && i < signing->draft->reservation_count; i++)
        changes[count++] = ca_reservation_put(&signing->draft->reservations[i], parts->key,
                                              &reservation_fields[i]);
    /* The precertificate's record is put once more, unchanged: whoever read it before, to revoke it
     * or to go on with it too, finds it changed. */
    if (signing->precertified != NULL) {
        int32_t put = ca_record_put(call, parts->key, signing->precertified->certificate.version,
                                    signing->precertified, record_fields, &changes[count++]);
        if (put != SIGNET_OK)
            return put;
    }
    return parts->store.interface->commit(parts->store.instance, call, changes, count);
}

/* After a conflict: holds the request against the rules that count once more. `*changed` where
 * others have put a reservation meanwhile, so that another attempt may succeed. */
static int32_t look_again(ca_t *ca, signet_call_t *call, ca_draft_t *draft, int *changed)
{
    ca_reservation_t before[2];
    uint64_t count = draft->reservation_count;
    memcpy(before, draft->reservations, sizeof before);
    call->services->clear(call);
    *changed = 0;
    int32_t status = ca_reuse_check(ca, call, draft);
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++)
        *changed |= before[i].version != draft->reservations[i].version;
    return status;
}

static int32_t commit_intent(ca_t *ca, signet_call_t *call, const ca_signing_t *signing,
                             const signing_parts_t *parts)
{
    int reserved = signing->draft != NULL && signing->draft->reservation_count > 0;
    int32_t status = put_intent(call, signing, parts);
    for (int i = 0, changed = 1; status == SIGNET_CONFLICT && reserved && changed && i < TRIES;
         i++) {
        status = look_again(ca, call, signing->draft, &changed);
        if (status != SIGNET_OK)
            return status;
        status = changed ? put_intent(call, signing, parts) : SIGNET_CONFLICT;
    }
    if (status == SIGNET_UNKNOWN)
        return read_back(call, &parts->store, CA_INTENTS, parts->key, 1);
    if (status == SIGNET_CONFLICT &&
        (signing->request != NULL || signing->precertified != NULL || reserved)) {
        call->services->clear(call);
        return ca_error_retry(call, SIGNET_BUSY, "request.in-flight", KEY_REST_MS,
                              SIGNET_TEXT("the same request is being worked on; ask again in a "
                                          "moment"));
    }
    return status;
}

/* Takes an intent back of which the key said that it signed nothing. A failure leaves it, which is
 * safe; the key's error stands. */
static void withdraw_intent(ca_t *ca, signet_call_t *call, const ca_signing_t *signing,
                            const signing_parts_t *parts)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return;
    signet_change_t changes[3];
    uint64_t count = 0;
    changes[count++] = signet_delete(CA_INTENTS, parts->key, SIGNET_VERSION_ANY);
    if (signing->request != NULL)
        changes[count++] =
            signet_delete(CA_REQUESTS, signing->request->request_id, SIGNET_VERSION_ANY);
    if (signing->reopen != NULL)
        changes[count++] = *signing->reopen;
    if (parts->store.interface->commit(parts->store.instance, child, changes, count) != SIGNET_OK)
        signet_log_error(ca->host, child, SIGNET_LOG_WARNING, "ca.intent-left");
    call->services->end(child);
}

static int32_t sign(ca_t *ca, signet_call_t *call, const ca_signing_t *signing,
                    const signing_parts_t *parts, signet_bytes_t *signature)
{
    ca_authority_t *authority = signing->authority;
    signet_sign_request_t request = {.size = sizeof request,
                                     .purpose = SIGNET_PURPOSE_CERTIFICATE,
                                     .uri = signing->key_uri,
                                     .algorithm = authority->algorithm,
                                     .message = parts->tbs,
                                     .intent = parts->key};
    /* Between lint and signature others had their turn: nothing else is signed than was linted. */
    if (!signet_bytes_equal(parts->tbs, parts->linted)) {
        withdraw_intent(ca, call, signing, parts);
        return signet_fail(call, SIGNET_INTERNAL, "lint.changed",
                           "the certificate was not signed because it changed after it was looked "
                           "at; this is a defect, please report it");
    }
    int64_t began = signet_monotonic();
    int32_t status = parts->keys->sign(parts->key_instance, call, &request, signature);
    if (status == SIGNET_DENIED || status == SIGNET_NOT_FOUND || status == SIGNET_UNSUPPORTED ||
        status == SIGNET_INVALID) {
        signet_log_error(ca->host, call, SIGNET_LOG_ERROR, "ca.key-refused");
        withdraw_intent(ca, call, signing, parts);
        call->services->clear(call);
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.key-refused",
                           "the key of the authority \"%.*s\" refused to sign; the log says why",
                           SIGNET_FORMAT(authority->name));
    }
    if (status == SIGNET_OK) {
        atomic_store(&authority->answered_at, signet_monotonic());
        atomic_store(&authority->resting_until, 0);
    }
    /* One that waited since before the key came back says nothing about it as it is now. */
    if ((status == SIGNET_UNAVAILABLE || status == SIGNET_TIMEOUT) &&
        atomic_load(&authority->answered_at) <= began)
        atomic_store(&authority->resting_until, signet_monotonic() + KEY_REST_MS);
    return status;
}

/* A key that signs wrongly is broken or is not what it seems: nothing of it leaves this house. */
static int32_t verify(ca_t *ca, signet_call_t *call, const ca_signing_t *signing,
                      const signing_parts_t *parts, signet_bytes_t signature)
{
    ca_authority_t *authority = signing->authority;
    int32_t status = signet_verifier_verify(call, authority->verifier, authority->algorithm,
                                            parts->tbs, signature);
    if (status != SIGNET_DENIED && status != SIGNET_INVALID)
        return status;
    atomic_store(&authority->suspended, 1);
    signet_log(ca->host, call, SIGNET_LOG_ERROR, "ca.signature-wrong",
               "the key %.*s of the authority %.*s made a wrong signature for %.*s; the authority "
               "is suspended until a restart",
               SIGNET_FORMAT(signing->key_uri), SIGNET_FORMAT(authority->name),
               SIGNET_FORMAT(parts->key));
    call->services->clear(call);
    return signet_fail(call, SIGNET_INTERNAL, "signature.wrong",
                       "the key of the authority \"%.*s\" made a wrong signature; nothing was "
                       "issued and the authority is suspended",
                       SIGNET_FORMAT(authority->name));
}

/* Puts signature and parts together: the record is complete before it is committed, so that
 * nothing can fail afterwards. */
static int32_t complete(signet_call_t *call, const ca_signing_t *signing,
                        const signing_parts_t *parts, signet_bytes_t signature)
{
    ca_record_t *record = signing->record;
    signet_certificate_t *certificate = &record->certificate;
    int32_t status = ca_template_join(call, parts->tbs, signing->content->identifier, signature,
                                      &certificate->der);
    if (status == SIGNET_OK)
        status = signet_sha256(call, certificate->der, &certificate->fingerprint);
    record->body = certificate->der;
    certificate->version = record_version(signing);
    return status;
}

static int32_t commit_record(signet_call_t *call, const ca_signing_t *signing,
                             const signing_parts_t *parts)
{
    const signet_certificate_t *certificate = &signing->record->certificate;
    signet_field_t fields[CA_RECORD_FIELDS];
    signet_change_t changes[3];
    uint64_t count = 2;
    /* Absent, or as the intent's commit left the precertificate's. */
    int32_t status = ca_record_put(call, parts->key, record_version(signing) - 1, signing->record,
                                   fields, &changes[0]);
    if (status != SIGNET_OK)
        return status;
    changes[1] = signet_delete(CA_INTENTS, parts->key, 1);
    /* A key that is to be recoverable is so before anybody has its certificate. */
    if (signing->archived != NULL)
        changes[count++] = *signing->archived;
    signet_text_t object = signet_format(call, "certificate:%.*s", SIGNET_FORMAT(parts->key));
    signet_text_t fingerprint = signet_hex(call, certificate->fingerprint);
    signet_text_t not_after = signet_time_text(call, certificate->not_after);
    signet_text_t version =
        signet_format(call, "%llu", (unsigned long long)certificate->profile_version);
    if (object.data == NULL || fingerprint.data == NULL || not_after.data == NULL ||
        version.data == NULL)
        return SIGNET_NO_MEMORY;
    uint64_t pair_count = 6;
    signet_pair_t pairs[7 + CA_SIGNED_PAIRS] = {
        signet_pair("profile", certificate->profile),
        signet_pair("profile_version", version),
        signet_pair("subject", certificate->subject),
        signet_pair("not_after", not_after),
        signet_pair("fingerprint", fingerprint),
        signet_pair("request_id", certificate->request_id),
    };
    /* A profile has one of them at most. */
    if (signing->archived != NULL)
        pairs[pair_count++] = signet_pair("recovery_key", signing->recovery_key);
    else if (signing->logs.length > 0)
        pairs[pair_count++] = signet_pair("logs", signing->logs);
    /* Nobody else could sign without an entry. */
    if (parts->provider->flags & SIGNET_PROVIDER_ISOLATED)
        status = ca_signed_pairs(call, parts->provider, parts->tbs, pairs, &pair_count);
    if (status != SIGNET_OK)
        return status;
    int pre = signing->record->stage == CA_STAGE_PRECERTIFICATE;
    signet_entry_t entry = {.size = sizeof entry,
                            .event = pre ? SIGNET_TEXT(SIGNET_EVENT_CERTIFICATE_PRECERTIFIED)
                                         : SIGNET_TEXT(SIGNET_EVENT_CERTIFICATE_ISSUED),
                            .object = object,
                            .fields = pairs,
                            .field_count = pair_count};
    status =
        parts->journal.interface->commit(parts->journal.instance, call, changes, count, &entry);
    if (status == SIGNET_UNKNOWN)
        return read_back(call, &parts->store, CA_CERTIFICATES, parts->key, record_version(signing));
    return status;
}

/* Holds what is to be signed against the limits of all authorities above: the bytes themselves,
 * whichever way they came about. */
static int32_t check_bounds(signet_call_t *call, const ca_authority_t *issuer,
                            const ca_content_t *content, signet_bytes_t tbs)
{
    const signet_x509_t *x509 = NULL;
    if (issuer == NULL || (!issuer->bounds.restricts && !content->is_ca))
        return SIGNET_OK;
    int32_t status = ca_template_read(call, tbs, content->identifier, &x509);
    return status == SIGNET_OK ? ca_bounds_check(call, &issuer->bounds, x509, 1) : status;
}

int32_t ca_signing_judge(signet_call_t *call, const ca_authority_t *authority, int self,
                         const ca_content_t *content, signet_bytes_t *tbs)
{
    const ca_authority_t *issuer = self ? NULL : authority;
    int32_t status = ca_template_build(call, content, tbs);
    if (status == SIGNET_OK)
        status = ca_lint(call, *tbs, content, issuer);
    return status == SIGNET_OK ? check_bounds(call, issuer, content, *tbs) : status;
}

static int32_t sign_and_record(ca_t *ca, signet_call_t *call, ca_signing_t *signing,
                               const signing_parts_t *parts)
{
    signet_bytes_t signature = {NULL, 0};
    int32_t status = commit_intent(ca, call, signing, parts);
    if (status != SIGNET_OK)
        return status;
    call->services->shield(call);
    status = sign(ca, call, signing, parts, &signature);
    if (status == SIGNET_OK)
        status = verify(ca, call, signing, parts, signature);
    if (status == SIGNET_OK)
        status = complete(call, signing, parts, signature);
    if (status == SIGNET_OK)
        status = commit_record(call, signing, parts);
    if (status != SIGNET_OK)
        signet_log_error(ca->host, call, SIGNET_LOG_WARNING, "ca.issuance-broken");
    return status;
}

/* What is looked at now is what is signed. */
static int32_t keep_linted(signet_call_t *call, signing_parts_t *parts)
{
    parts->linted = signet_bytes_copy(call, parts->tbs);
    return parts->linted.data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

/* The certificate of a precertificate that is on record. */
static int32_t certify(ca_t *ca, signet_call_t *call, ca_signing_t *signing, signing_parts_t *parts)
{
    /* Request, approval and reservations belong to the precertificate, which stays. */
    signing->request = NULL;
    signing->draft = NULL;
    signing->finish = NULL;
    signing->reopen = NULL;
    int32_t status = ca_precertificate_log(ca, call, signing, &parts->tbs);
    if (status == SIGNET_OK)
        status = keep_linted(call, parts);
    /* Logs may have taken their time. */
    if (status == SIGNET_OK)
        status = ca_authority_in_service(call, signing->authority);
    return status == SIGNET_OK ? sign_and_record(ca, call, signing, parts) : status;
}

/* One after the other, with a mark that this is at work. */
static int32_t work(ca_t *ca, signet_call_t *call, ca_signing_t *signing, signing_parts_t *parts)
{
    ca_flight_t flight;
    int transparent = ca_precertificate_wanted(signing->content);
    int32_t status = call->services->check(call);
    /* It may have been suspended, or its key lost, since the call began. */
    if (status == SIGNET_OK && !signing->regardless)
        status = ca_authority_in_service(call, signing->authority);
    if (status == SIGNET_OK)
        status = check_ready(call, parts);
    if (status != SIGNET_OK)
        return status;
    ca_flight_begin(&flight, parts->key);
    if (signing->record->stage != CA_STAGE_PRECERTIFICATE) {
        if (transparent) {
            signing->record->stage = CA_STAGE_PRECERTIFICATE;
            signing->record->certificate.state = SIGNET_TEXT(SIGNET_CERTIFICATE_PRE);
        }
        status = sign_and_record(ca, call, signing, parts);
    }
    if (status == SIGNET_OK && transparent)
        status = certify(ca, call, signing, parts);
    ca_flight_end(&flight);
    if (status == SIGNET_OK)
        ca->host->services->record(ca->host, signing->authority->issued_metric, 1);
    return status;
}

int32_t ca_signing_run(ca_t *ca, signet_call_t *call, ca_signing_t *signing)
{
    signing_parts_t parts = {0};
    int32_t status = find_parts(ca, call, signing, &parts);
    if (status == SIGNET_OK && ca_precertificate_wanted(signing->content))
        status = ca_precertificate_content(call, signing->content, &signing->content);
    if (status == SIGNET_OK)
        status =
            ca_signing_judge(call, signing->authority, signing->self, signing->content, &parts.tbs);
    if (status == SIGNET_OK)
        status = keep_linted(call, &parts);
    return status == SIGNET_OK ? work(ca, call, signing, &parts) : status;
}

int32_t ca_signing_resume(ca_t *ca, signet_call_t *call, ca_signing_t *signing)
{
    signing_parts_t parts = {0};
    int32_t status = find_parts(ca, call, signing, &parts);
    return status == SIGNET_OK ? work(ca, call, signing, &parts) : status;
}
