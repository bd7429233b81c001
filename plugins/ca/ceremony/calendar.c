#include "ceremony/calendar.h"

#include "authority/authority_load.h"

#include <signet/sdk/crl.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

#define EVENT_DUE "ceremony.due"
#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define CRL_FILE_MAX (1U << 28)
#define KINDS 3U

/* Root and policy authorities sign in ceremonies alone. */
static int signs_in_ceremonies(const ca_authority_t *authority)
{
    return ca_authority_is(authority, SIGNET_AUTHORITY_ROOT) ||
           ca_authority_is(authority, SIGNET_AUTHORITY_POLICY);
}

/* The end of a certificate in a file; 0 where there is no file. */
static int32_t end_of_certificate(signet_call_t *call, signet_text_t path, int64_t *ends)
{
    const signet_x509_t *x509 = NULL;
    *ends = 0;
    int32_t status = ca_certificate_read(call, path, &x509);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (status == SIGNET_OK)
        *ends = x509->not_after;
    return status;
}

static int32_t end_of_list(signet_call_t *call, signet_text_t path, int64_t *ends)
{
    signet_bytes_t file;
    signet_bytes_t der;
    const signet_crl_t *crl = NULL;
    *ends = 0;
    int32_t status = signet_file_read(call, path, CRL_FILE_MAX, &file);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (status == SIGNET_OK)
        status = signet_pem_decode(call, signet_bytes_text(file), "X509 CRL", &der, NULL);
    if (status == SIGNET_OK)
        status = signet_crl_parse(call, der, &crl);
    if (status == SIGNET_OK)
        *ends = crl->next_update;
    return status;
}

/* What one authority has that a ceremony must renew. */
static int32_t gather(signet_call_t *call, const ca_authority_t *authority, ca_due_t *items,
                      uint64_t *count)
{
    const ca_authority_t *signer = authority->parent != NULL ? authority->parent : authority;
    signet_text_t list = signet_setting_text(authority->setting, "crl");
    signet_text_t responder = signet_setting_text(authority->setting, "responder");
    int32_t status = SIGNET_OK;
    if (signs_in_ceremonies(signer)) {
        ca_due_t *item = &items[(*count)++];
        *item = (ca_due_t){"certificate",    authority->name, signer->name, authority->path, 0,
                           authority->tenant};
        status = end_of_certificate(call, item->file, &item->ends);
    }
    if (status == SIGNET_OK && signs_in_ceremonies(authority) && list.length > 0) {
        ca_due_t *item = &items[(*count)++];
        *item = (ca_due_t){"revocation list", authority->name, authority->name, list, 0,
                           authority->tenant};
        status = end_of_list(call, item->file, &item->ends);
    }
    if (status == SIGNET_OK && signs_in_ceremonies(authority) && responder.length > 0) {
        ca_due_t *item = &items[(*count)++];
        *item = (ca_due_t){"responder", authority->name,  authority->name, responder,
                           0,           authority->tenant};
        status = end_of_certificate(call, item->file, &item->ends);
    }
    return status;
}

static int compare(const void *a, const void *b)
{
    const ca_due_t *left = a;
    const ca_due_t *right = b;
    return left->ends < right->ends ? -1 : left->ends > right->ends;
}

int32_t ca_calendar(const ca_t *ca, signet_call_t *call, ca_due_t **items, uint64_t *count)
{
    *count = 0;
    *items = signet_alloc(call, ca->authority_count * KINDS + 1, sizeof **items);
    int32_t status = *items == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->authority_count; i++)
        status = gather(call, &ca->authorities[i], *items, count);
    if (status == SIGNET_OK)
        qsort(*items, (size_t)*count, sizeof **items, compare);
    return status;
}

/* Whether the journal has today's entry for an object. */
static int32_t was_journaled(signet_call_t *call, const signet_journal_t *journal,
                             signet_text_t object, int64_t now, int *was)
{
    const signet_journal_page_t *page = NULL;
    signet_journal_query_t query = {.size = sizeof query,
                                    .descending = 1,
                                    .event = SIGNET_TEXT(EVENT_DUE),
                                    .object = object,
                                    .from = now - now % DAY_MS,
                                    .limit = 1};
    int32_t status = journal->interface->query(journal->instance, call, &query, &page);
    *was = status == SIGNET_OK && page->count > 0;
    return status;
}

static int32_t alert(const ca_t *ca, signet_call_t *call, const signet_journal_t *journal,
                     const ca_due_t *item, int64_t now)
{
    int was = 0;
    signet_text_t object =
        signet_format(call, "authority:%.*s/%s", SIGNET_FORMAT(item->authority), item->what);
    signet_text_t ends = item->ends == 0 ? SIGNET_TEXT("none") : signet_time_text(call, item->ends);
    if (object.data == NULL || ends.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = call->services->set_tenant(call, item->tenant);
    if (status == SIGNET_OK)
        status = was_journaled(call, journal, object, now, &was);
    if (status != SIGNET_OK || was)
        return status;
    signet_pair_t fields[] = {signet_pair("what", signet_text(item->what)),
                              signet_pair("authority", item->authority),
                              signet_pair("signer", item->signer), signet_pair("ends", ends),
                              signet_pair("file", item->file)};
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(EVENT_DUE),
                            .object = object,
                            .fields = fields,
                            .field_count = sizeof fields / sizeof fields[0]};
    status = journal->interface->commit(journal->instance, call, NULL, 0, &entry);
    if (status == SIGNET_OK)
        signet_log(ca->host, call, SIGNET_LOG_WARNING, EVENT_DUE,
                   "a ceremony must sign the %s of the authority \"%.*s\" by \"%.*s\"; it ends: "
                   "%.*s",
                   item->what, SIGNET_FORMAT(item->authority), SIGNET_FORMAT(item->signer),
                   SIGNET_FORMAT(ends));
    return status;
}

int32_t ca_calendar_job(void *instance, signet_call_t *call)
{
    const ca_t *ca = instance;
    ca_due_t *items = NULL;
    uint64_t count = 0;
    signet_journal_t journal;
    int64_t now = signet_now();
    int32_t status = ca_journal(ca, call, &journal);
    if (status == SIGNET_OK)
        status = ca_calendar(ca, call, &items, &count);
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        if (items[i].ends - CA_CALENDAR_ALERT_MS <= now)
            status = alert(ca, call, &journal, &items[i], now);
    }
    return status;
}
