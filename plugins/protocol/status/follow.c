#include "follow.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

#include "crl/plan.h"
#include "ocsp/cache.h"
#include "status.h"

#define PAGE 500U
#define BODY_MAX (UINT64_C(1) << 20)
/* A run leaves room for others; the next one goes on. */
#define PAGES 64

static int is_about_status(signet_text_t event)
{
    return signet_text_is(event, SIGNET_EVENT_CERTIFICATE_REVOKED) ||
           signet_text_is(event, SIGNET_EVENT_CERTIFICATE_HELD) ||
           signet_text_is(event, SIGNET_EVENT_CERTIFICATE_RELEASED);
}

static void begin(atomic_llong *since)
{
    long long none = 0;
    atomic_compare_exchange_strong(since, &none, signet_monotonic());
}

/* Whether the entry says that the key was compromised. */
static int is_compromise(signet_call_t *call, const signet_journal_entry_t *entry)
{
    const signet_json_t *body = NULL;
    signet_text_t reason = {NULL, 0};
    if (signet_json_parse(call, signet_text_bytes(entry->body), BODY_MAX, &body) != SIGNET_OK) {
        call->services->clear(call);
        return 1; /* in doubt at once */
    }
    const signet_json_t *fields = signet_json_get(body, "fields");
    if (fields == NULL || signet_json_get_text(call, fields, "reason", &reason) != SIGNET_OK) {
        call->services->clear(call);
        return 1;
    }
    return signet_text_is(reason, "keyCompromise") || signet_text_is(reason, "cACompromise");
}

/* Whichever of the authority's keys signed it: a look at each is cheap. */
static void take(status_t *status, signet_call_t *call, const signet_journal_entry_t *entry)
{
    signet_text_t hex;
    signet_bytes_t serial;
    signet_text_t rest;
    status_issuer_t *issuer = NULL;
    signet_text_t kind = signet_text_split(entry->object, ':', &rest);
    signet_text_t authority = signet_text_split(rest, '/', &hex);
    if (!signet_text_is(kind, "certificate") ||
        signet_hex_decode(call, hex, &serial) != SIGNET_OK) {
        call->services->clear(call);
        return;
    }
    int urgent = is_compromise(call, entry);
    for (uint64_t i = 0; (issuer = status_issuer_at(&status->issuers, i)) != NULL; i++) {
        if (!signet_text_equal(issuer->seen.authority, authority))
            continue;
        status_cache_drop(status->cache, i, serial);
        begin(&issuer->pending_since);
        if (urgent)
            begin(&issuer->urgent_since);
    }
    if (urgent)
        (void)status->host->services->wake_job(status->host, call, SIGNET_TEXT(STATUS_LISTS_JOB));
}

static int32_t follow_page(status_t *status, signet_call_t *call, int *more)
{
    signet_journal_t journal;
    const signet_journal_page_t *page = NULL;
    signet_text_t consumer = signet_format(call, "%.*s.%.*s", SIGNET_FORMAT(status->host->name),
                                           SIGNET_FORMAT(status->host->node));
    int32_t done =
        consumer.data == NULL ? SIGNET_NO_MEMORY : signet_journal(call, status->journal, &journal);
    if (done == SIGNET_OK)
        done = journal.interface->read(journal.instance, call, consumer, PAGE, &page);
    if (done != SIGNET_OK)
        return done;
    for (uint64_t i = 0; i < page->count; i++) {
        if (is_about_status(page->entries[i]->event))
            take(status, call, page->entries[i]);
    }
    *more = page->cursor.length > 0;
    return *more ? journal.interface->acknowledge(journal.instance, call, consumer, page->cursor)
                 : SIGNET_OK;
}

int32_t status_follow_job(void *instance, signet_call_t *call)
{
    status_t *status = instance;
    int more = 1;
    int32_t done = SIGNET_OK;
    for (int i = 0; done == SIGNET_OK && more && i < PAGES; i++) {
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        done = follow_page(status, child, &more);
        done = signet_child_end(call, child, done);
    }
    if (done == SIGNET_OK && !more)
        atomic_store(&status->followed_at, signet_monotonic());
    return done;
}
