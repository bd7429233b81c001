#include "ceremony/calendar.h"

#include "authority/authority_load.h"
#include "authority/lineage.h"
#include "authority/list_file.h"

#include <signet/sdk/crl.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

#define EVENT_DUE "ceremony.due"
#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define KINDS 3U
/* So many keys of an authority are looked for by their files where there are no records. */
#define FILES_MAX 64U

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
    const signet_crl_t *crl = NULL;
    int32_t status = ca_list_file_read(call, path, &crl);
    *ends = crl != NULL ? crl->next_update : 0;
    return status;
}

static ca_due_t due(const char *what, const ca_authority_t *authority, signet_text_t signer,
                    signet_text_t file)
{
    return (ca_due_t){.what = what,
                      .authority = authority->name,
                      .signer = signer,
                      .file = file,
                      .generation = authority->generation,
                      .tenant = authority->tenant};
}

/* The certificate of the key that issues: the first one's is in a file, a further one's on record.
 */
static int32_t gather_certificate(signet_call_t *call, const ca_authority_t *authority,
                                  ca_due_t *items, uint64_t *count)
{
    const ca_authority_t *signer = authority->parent != NULL ? authority->parent : authority;
    if (!signs_in_ceremonies(signer))
        return SIGNET_OK;
    int first = authority->home == authority;
    ca_due_t *item = &items[(*count)++];
    *item = due("certificate", authority, signer->name,
                first ? authority->path : (signet_text_t){NULL, 0});
    item->ends = authority->not_after;
    return first ? end_of_certificate(call, item->file, &item->ends) : SIGNET_OK;
}

/* What one key must sign again: its list, and its responder's certificate. */
static int32_t gather_status(signet_call_t *call, const ca_authority_t *authority, ca_due_t *items,
                             uint64_t *count)
{
    signet_text_t list = {NULL, 0};
    signet_text_t responder = {NULL, 0};
    if (!signs_in_ceremonies(authority))
        return SIGNET_OK;
    int32_t status = ca_lineage_file(call, authority, "crl", &list);
    if (status == SIGNET_OK)
        status = ca_lineage_file(call, authority, "responder", &responder);
    if (status == SIGNET_OK && list.length > 0) {
        ca_due_t *item = &items[(*count)++];
        *item = due("revocation list", authority, authority->name, list);
        status = end_of_list(call, item->file, &item->ends);
    }
    if (status == SIGNET_OK && responder.length > 0) {
        ca_due_t *item = &items[(*count)++];
        *item = due("responder", authority, authority->name, responder);
        status = end_of_certificate(call, item->file, &item->ends);
    }
    return status;
}

/* Without the records of its keys: those whose files are there. */
static int32_t gather_files(signet_call_t *call, ca_authority_t *authority, ca_due_t *items,
                            uint64_t *count)
{
    int32_t status = gather_status(call, authority, items, count);
    for (uint64_t number = 2; status == SIGNET_OK && number <= FILES_MAX; number++) {
        ca_authority_t *further = signet_alloc(call, 1, sizeof *further);
        uint64_t before = *count;
        int found = 0;
        int marked = 0;
        if (further == NULL)
            return SIGNET_NO_MEMORY;
        (void)ca_published_check(signet_setting_text(authority->setting, "crl"), &marked);
        if (!marked)
            return SIGNET_OK;
        ca_lineage_copy(authority, number, (signet_text_t){NULL, 0}, further);
        status = gather_status(call, further, items, count);
        for (uint64_t i = before; i < *count; i++)
            found = found || items[i].ends != 0;
        if (!found) {
            *count = before;
            return status;
        }
    }
    return status;
}

/* Whether a key signs on the status of what it issued: not one that never issued, nor one that may
 * not or cannot sign any more. */
static int signs_status(const ca_generation_t *item)
{
    return item->authority != NULL &&
           (ca_generation_is(item, CA_KEY_ACTIVE) || ca_generation_is(item, CA_KEY_RETIRED));
}

/* What one authority has that a ceremony must renew. */
static int32_t gather(signet_call_t *call, ca_authority_t *authority, ca_due_t *items,
                      uint64_t *count)
{
    const ca_lineage_t *lineage = ca_lineage(authority);
    int32_t status = gather_certificate(call, ca_authority_now(authority), items, count);
    if (lineage == NULL)
        return status == SIGNET_OK ? gather_files(call, authority, items, count) : status;
    for (uint64_t i = 0; status == SIGNET_OK && i < lineage->count; i++) {
        if (signs_status(&lineage->items[i]))
            status = gather_status(call, lineage->items[i].authority, items, count);
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
    uint64_t keys = 0;
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const ca_lineage_t *lineage = ca_lineage(&ca->authorities[i]);
        keys += lineage != NULL ? lineage->count : FILES_MAX;
    }
    *items = signet_alloc(call, keys * KINDS + 1, sizeof **items);
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
        item->generation > 1
            ? signet_format(call, "authority:%.*s/%s/%llu", SIGNET_FORMAT(item->authority),
                            item->what, (unsigned long long)item->generation)
            : signet_format(call, "authority:%.*s/%s", SIGNET_FORMAT(item->authority), item->what);
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
