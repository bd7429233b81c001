#include "archive/recover.h"

#include "approval/approval.h"
#include "archive/archive.h"
#include "archive/match.h"
#include "issue/denial.h"
#include "permission.h"
#include "permission_grant.h"
#include "record/record.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/setting.h>

#define REASON_MAX 512U

/* One recovery on its way. */
typedef struct recovery {
    const signet_recovery_request_t *request;
    signet_text_t request_id;
    ca_archived_t *archived;
    const ca_recovery_key_t *key;
    const signet_approval_t *approval;
} recovery_t;

static int32_t check_reason(signet_call_t *call, signet_text_t reason)
{
    int line = reason.length > 0 && reason.length <= REASON_MAX && signet_text_valid(reason);
    for (uint64_t i = 0; line && i < reason.length; i++)
        line = (unsigned char)reason.data[i] >= ' ' && reason.data[i] != 0x7f;
    return line ? SIGNET_OK
                : signet_fail_field(call, SIGNET_INVALID, "recovery.reason", "reason",
                                    "say why the key is recovered, in a line of 1 to %u octets",
                                    REASON_MAX);
}

static int holds_role(const ca_recovery_key_t *key, const signet_grant_t *grant)
{
    for (uint64_t i = 0; i < key->roles->member_count; i++) {
        if (signet_text_equal(grant->role, signet_setting_at(key->roles, i)->text))
            return 1;
    }
    return 0;
}

static int covers(const signet_grant_t *grant, const signet_archived_key_t *key)
{
    int covered = ca_grant_covers_object(grant, key->authority, key->profile);
    for (uint64_t i = 0; covered && i < key->name_count; i++)
        covered = ca_grant_covers_name(grant, key->names[i]);
    return covered;
}

/* Who may not even read of it learns nothing, not even that it is there. */
static int32_t permit(signet_call_t *call, const recovery_t *recovery)
{
    const signet_archived_key_t *key = &recovery->archived->key;
    const signet_actor_t *actor = call->services->actor(call);
    int watches = ca_grants_watch(actor);
    for (uint64_t i = 0; !watches && recovery->key != NULL && i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        if (holds_role(recovery->key, grant) && covers(grant, key))
            return SIGNET_OK;
    }
    if (!ca_archived_reads(call, key))
        return ca_record_missing(call, key->authority, key->serial);
    if (recovery->key == NULL)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_DENIED, "permission.recover",
                       "you may not recover this key; it takes a recovery officer and others that "
                       "agree");
}

static int32_t find(ca_t *ca, signet_call_t *call, recovery_t *recovery)
{
    const signet_recovery_request_t *request = recovery->request;
    signet_store_t store;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status =
            ca_archived_get(call, &store, request->authority, request->serial, &recovery->archived);
    if (status == SIGNET_NOT_FOUND)
        return ca_record_missing(call, request->authority, request->serial);
    if (status != SIGNET_OK)
        return status;
    recovery->key = ca_archive_find_key(ca, recovery->archived->recovery_key);
    return permit(call, recovery);
}

/* Each part with its length before it, so that no two run together alike. */
static void add_part(signet_buffer_t *buffer, const void *data, uint64_t length)
{
    signet_buffer_add(buffer, &length, sizeof length);
    signet_buffer_add(buffer, data, length);
}

/* A digest of what is recovered, why, and by whom: one matter for each. */
static int32_t digest(signet_call_t *call, const recovery_t *recovery, signet_bytes_t *digest)
{
    const signet_archived_key_t *key = &recovery->archived->key;
    const signet_actor_t *actor = call->services->actor(call);
    signet_bytes_t bytes = {NULL, 0};
    signet_buffer_t buffer = signet_buffer(call, 1024);
    add_part(&buffer, actor->id.data, actor->id.length);
    add_part(&buffer, key->authority.data, key->authority.length);
    add_part(&buffer, key->serial.data, key->serial.length);
    add_part(&buffer, key->spki_sha256.data, key->spki_sha256.length);
    add_part(&buffer, recovery->request->reason.data, recovery->request->reason.length);
    add_part(&buffer, recovery->request_id.data, recovery->request_id.length);
    int32_t status = signet_buffer_bytes(&buffer, &bytes);
    return status == SIGNET_OK ? signet_sha256(call, bytes, digest) : status;
}

static int32_t describe(signet_call_t *call, const recovery_t *recovery, signet_text_t *document)
{
    const signet_archived_key_t *key = &recovery->archived->key;
    signet_json_writer_t writer = signet_json_writer(call, 1024);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "reason", recovery->request->reason);
    signet_json_begin_object(&writer, "certificate");
    signet_json_text(&writer, "authority", key->authority);
    signet_json_hex(&writer, "serial", key->serial);
    signet_json_text(&writer, "subject", key->subject);
    signet_json_texts(&writer, "names", key->names, key->name_count);
    signet_json_text(&writer, "profile", key->profile);
    signet_json_text(&writer, "requester", key->requester);
    signet_json_time(&writer, "archived_at", key->archived_at);
    signet_json_time(&writer, "not_after", key->not_after);
    signet_json_end_object(&writer);
    signet_json_text(&writer, "recovery_key", recovery->archived->recovery_key);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, document);
}

/* Whether enough others have agreed; the first time they are asked. */
static int32_t require(ca_t *ca, signet_call_t *call, recovery_t *recovery)
{
    const signet_archived_key_t *key = &recovery->archived->key;
    if (recovery->key == NULL)
        return signet_fail(call, SIGNET_UNAVAILABLE, "archive.recovery-key",
                           "the recovery key \"%.*s\", which this key was wrapped to, is no longer "
                           "configured; add it to recovery_keys again",
                           SIGNET_FORMAT(recovery->archived->recovery_key));
    const signet_setting_t *list = recovery->key->roles;
    signet_text_t *roles = signet_alloc(call, list->member_count, sizeof *roles);
    signet_text_t id = ca_record_key(call, key->authority, key->serial);
    if (roles == NULL || id.data == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < list->member_count; i++)
        roles[i] = signet_setting_at(list, i)->text;
    signet_approval_matter_t matter = {
        .size = sizeof matter,
        .required = recovery->key->recoverers,
        .kind = SIGNET_TEXT(CA_RECOVER_KIND),
        .object = signet_format(call, "certificate:%.*s", SIGNET_FORMAT(id)),
        .authority = key->authority,
        .profile = key->profile,
        .roles = roles,
        .role_count = list->member_count};
    int32_t status = digest(call, recovery, &matter.digest);
    if (status == SIGNET_OK)
        status = describe(call, recovery, &matter.document);
    if (status != SIGNET_OK)
        return status;
    matter.key = signet_hex(call, matter.digest);
    if (matter.key.data == NULL || matter.object.data == NULL)
        return SIGNET_NO_MEMORY;
    return ca_approval_require(ca, call, &matter, &recovery->approval);
}

/* The certificate beside the key: of imported ones it is archived too. */
static int32_t find_certificate(ca_t *ca, signet_call_t *call, signet_archived_key_t *key)
{
    signet_store_t store;
    ca_record_t *record = NULL;
    if (key->certificate.length > 0)
        return SIGNET_OK;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = ca_record_get(call, &store, key->authority, key->serial, &record);
    if (status != SIGNET_OK)
        return status;
    key->certificate = record->certificate.der;
    key->generation = record->certificate.generation;
    return SIGNET_OK;
}

static int32_t open_key(ca_t *ca, signet_call_t *call, recovery_t *recovery)
{
    signet_archived_key_t *key = &recovery->archived->key;
    const signet_x509_t *x509 = NULL;
    int32_t status = find_certificate(ca, call, key);
    if (status == SIGNET_OK)
        status = ca_archive_unwrap(call, recovery->key, recovery->archived, &key->private_key);
    if (status == SIGNET_OK)
        status = signet_x509_parse(call, key->certificate, &x509);
    return status == SIGNET_OK ? ca_match_key(call, key->private_key, x509->key.spki) : status;
}

/* Who agreed, as "PERSON, PERSON". */
static signet_text_t approvers(signet_call_t *call, const signet_approval_t *approval)
{
    signet_text_t text = {NULL, 0};
    signet_buffer_t buffer = signet_buffer(call, 128);
    for (uint64_t i = 0; i < approval->decision_count; i++) {
        const signet_approval_decision_t *decision = approval->decisions[i];
        if (decision->decision == SIGNET_DECISION_APPROVE)
            signet_buffer_format(&buffer, "%s%.*s", buffer.length > 0 ? ", " : "",
                                 SIGNET_FORMAT(decision->person));
    }
    (void)signet_buffer_text(&buffer, &text);
    return text;
}

/* The approval is used up, durably and on record, before the key leaves. */
static int32_t use_up(ca_t *ca, signet_call_t *call, const recovery_t *recovery)
{
    const signet_archived_key_t *key = &recovery->archived->key;
    const signet_approval_t *approval = recovery->approval;
    const signet_change_t *finish = NULL;
    signet_journal_t journal;
    signet_text_t persons = approvers(call, approval);
    if (persons.data == NULL)
        return SIGNET_NO_MEMORY;
    signet_pair_t pairs[] = {signet_pair("reason", recovery->request->reason),
                             signet_pair("approval", approval->id),
                             signet_pair("approvers", persons),
                             signet_pair("profile", key->profile),
                             signet_pair("subject", key->subject),
                             signet_pair("recovery_key", recovery->archived->recovery_key)};
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(SIGNET_EVENT_KEY_RECOVERED),
                            .object = approval->object,
                            .fields = pairs,
                            .field_count = sizeof pairs / sizeof pairs[0]};
    int32_t status = ca_approval_finish(ca, call, approval, approval->object, &finish);
    if (status == SIGNET_OK)
        status = ca_journal(ca, call, &journal);
    if (status == SIGNET_OK)
        status = journal.interface->commit(journal.instance, call, finish, 1, &entry);
    if (status != SIGNET_CONFLICT)
        return status;
    call->services->clear(call);
    return signet_fail(call, SIGNET_CONFLICT, "approval.done",
                       "the request %.*s was acted on already; an approval is good for once",
                       SIGNET_FORMAT(approval->id));
}

static int32_t recover(ca_t *ca, signet_call_t *call, recovery_t *recovery)
{
    int32_t status = check_reason(call, recovery->request->reason);
    if (status == SIGNET_OK)
        status = find(ca, call, recovery);
    if (status != SIGNET_OK || recovery->archived == NULL)
        return status;
    status = require(ca, call, recovery);
    if (status == SIGNET_OK)
        status = open_key(ca, call, recovery);
    return status == SIGNET_OK ? use_up(ca, call, recovery) : status;
}

int32_t ca_recover(void *instance, signet_call_t *call, const signet_recovery_request_t *request,
                   const signet_archived_key_t **recovered)
{
    ca_t *ca = instance;
    recovery_t recovery = {.request = request, .request_id = request->request_id};
    int32_t status = recover(ca, call, &recovery);
    if (status == SIGNET_DENIED)
        ca_denial_change(ca, call, request->authority, request->serial);
    if (status == SIGNET_OK)
        *recovered = &recovery.archived->key;
    return status;
}
