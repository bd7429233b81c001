#include "issue/renew.h"

#include "authority/lineage.h"
#include "issue/issue.h"
#include "permission.h"
#include "record/record.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

/* A window that lies behind means: now (RFC 9773, 4.2). */
#define AT_ONCE_MS (INT64_C(60) * 1000)

/* Names as they are asked for, from those of the certificate: "dns:a.example". */
static int32_t ask_names(signet_call_t *call, const signet_certificate_t *certificate,
                         const signet_requested_name_t **names)
{
    signet_requested_name_t *asked = signet_alloc(call, certificate->name_count + 1, sizeof *asked);
    if (asked == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < certificate->name_count; i++) {
        asked[i].size = sizeof asked[i];
        asked[i].type = signet_text_split(certificate->names[i], ':', &asked[i].value);
    }
    *names = asked;
    return SIGNET_OK;
}

static int32_t find(ca_t *ca, signet_call_t *call, signet_text_t authority, signet_bytes_t serial,
                    ca_record_t **record)
{
    signet_store_t store;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = ca_record_get(call, &store, authority, serial, record);
    return status == SIGNET_OK ? ca_permission_change(call, &(*record)->certificate) : status;
}

int32_t ca_renew(void *instance, signet_call_t *call, const signet_renew_request_t *request,
                 const signet_certificate_t **certificate)
{
    ca_record_t *record = NULL;
    int32_t status = find(instance, call, request->authority, request->serial, &record);
    if (status != SIGNET_OK)
        return status;
    signet_issue_request_t issue = {.size = sizeof issue,
                                    .request_id = request->request_id,
                                    .profile = record->certificate.profile,
                                    .authority = request->authority,
                                    .csr = request->csr,
                                    .name_count = record->certificate.name_count,
                                    .validity_ms = request->validity_ms,
                                    .fields = request->fields,
                                    .field_count = request->field_count,
                                    .replaces_authority = request->authority,
                                    .replaces_serial = request->serial};
    /* What was given beside the certificate stays beside it, unless it is given anew. */
    if (issue.field_count == 0) {
        issue.fields = record->certificate.fields;
        issue.field_count = record->certificate.field_count;
    }
    status = ask_names(call, &record->certificate, &issue.names);
    return status == SIGNET_OK ? ca_issue(instance, call, &issue, certificate) : status;
}

void ca_renew_window(signet_certificate_t *certificate)
{
    int64_t life = certificate->not_after - certificate->not_before;
    if (certificate->renew_from != 0)
        return;
    certificate->renew_from = certificate->not_after - life / 3;
    certificate->renew_before = certificate->not_after - life / 6;
}

/* When the key that signed it was compromised; 0: it is not. */
static int64_t compromised(const ca_t *ca, const signet_certificate_t *certificate)
{
    const ca_authority_t *home =
        ca_authority_find(ca->authorities, ca->authority_count, certificate->authority);
    const ca_lineage_t *lineage = home != NULL ? ca_lineage(home) : NULL;
    const ca_generation_t *item =
        lineage != NULL ? ca_lineage_find(lineage, certificate->generation) : NULL;
    return item != NULL ? item->compromised : 0;
}

/* A renewal before the profile's window would be refused. */
static void clip(const ca_t *ca, signet_certificate_t *certificate)
{
    const ca_profile_t *profile =
        ca_profile_find(ca->profiles, ca->profile_count, certificate->profile);
    if (profile == NULL || profile->renewal_window_ms == 0)
        return;
    int64_t opens = certificate->not_after - profile->renewal_window_ms;
    if (certificate->renew_from >= opens)
        return;
    certificate->renew_from = opens;
    if (certificate->renew_before < certificate->not_after - profile->renewal_window_ms / 2)
        certificate->renew_before = certificate->not_after - profile->renewal_window_ms / 2;
}

void ca_renew_adjust(const ca_t *ca, ca_record_t *record)
{
    signet_certificate_t *certificate = &record->certificate;
    int64_t since = compromised(ca, certificate);
    if (since == 0 && signet_text_is(certificate->state, SIGNET_CERTIFICATE_REVOKED))
        since = certificate->revoked_at;
    if (since != 0) {
        certificate->renew_from = since;
        certificate->renew_before = since + AT_ONCE_MS;
    } else if (!record->renewal_set) {
        clip(ca, certificate);
    }
}

/* Puts a window into the record, and tells the journal; `order` may be empty. */
static int32_t set_window(ca_t *ca, signet_call_t *call, ca_record_t *record, int64_t from,
                          int64_t before, signet_text_t order)
{
    signet_journal_t journal;
    signet_field_t fields[CA_RECORD_FIELDS];
    signet_change_t change;
    uint64_t version = record->certificate.version;
    signet_text_t key =
        ca_record_key(call, record->certificate.authority, record->certificate.serial);
    int32_t status = key.data == NULL ? SIGNET_NO_MEMORY : ca_journal(ca, call, &journal);
    if (status != SIGNET_OK)
        return status;
    record->certificate.renew_from = from;
    record->certificate.renew_before = before;
    record->renewal_set = 1;
    status = ca_record_put(call, key, version, record, fields, &change);
    if (status != SIGNET_OK)
        return status;
    signet_pair_t pairs[] = {signet_pair("from", signet_time_text(call, from)),
                             signet_pair("before", signet_time_text(call, before)),
                             signet_pair("order", order)};
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(SIGNET_EVENT_CERTIFICATE_HINTED),
                            .object = signet_format(call, "certificate:%.*s", SIGNET_FORMAT(key)),
                            .fields = pairs,
                            .field_count = order.length > 0 ? 3 : 2};
    if (entry.object.data == NULL || pairs[0].value.data == NULL || pairs[1].value.data == NULL)
        return SIGNET_NO_MEMORY;
    status = journal.interface->commit(journal.instance, call, &change, 1, &entry);
    record->certificate.version = version + 1;
    return status;
}

int32_t ca_renew_ordered(ca_t *ca, signet_call_t *call, signet_text_t key, int64_t from,
                         int64_t before, signet_text_t order)
{
    signet_store_t store;
    ca_record_t *record = NULL;
    signet_bytes_t serial;
    signet_text_t hex;
    signet_text_t authority = signet_text_split(key, '/', &hex);
    int32_t status = signet_hex_decode(call, hex, &serial);
    if (status == SIGNET_OK)
        status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = ca_record_get(call, &store, authority, serial, &record);
    if (status != SIGNET_OK || !signet_text_is(record->certificate.state, SIGNET_CERTIFICATE_VALID))
        return status;
    /* One that renews earlier by itself goes on doing so. */
    ca_renew_adjust(ca, record);
    if (record->certificate.renew_from < from)
        from = record->certificate.renew_from;
    return set_window(ca, call, record, from, before, order);
}

int32_t ca_renew_hint(void *instance, signet_call_t *call, signet_text_t authority,
                      signet_bytes_t serial, int64_t from, int64_t before,
                      const signet_certificate_t **certificate)
{
    ca_t *ca = instance;
    ca_record_t *record = NULL;
    if (from <= 0 || before <= from)
        return signet_fail_field(call, SIGNET_INVALID, "renewal.window", "before",
                                 "the window in which to renew must end after it begins");
    int32_t status = find(ca, call, authority, serial, &record);
    if (status == SIGNET_OK)
        status = set_window(ca, call, record, from, before, (signet_text_t){NULL, 0});
    if (status == SIGNET_OK)
        *certificate = &record->certificate;
    return status;
}
