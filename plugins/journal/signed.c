#include "signed.h"

#include "signed_log.h"
#include "walk.h"

#include <signet/key.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <string.h>

#define PAGE 500U
#define ENTRY_LIMIT 1048576U
#define INTENTS "ca.intents" /* of the CA: what may have been signed and has no entry yet */

typedef struct comparison {
    const journal_t *journal;
    signed_log_t *logs; /* one for each instance with keys */
    uint64_t count;
} comparison_t;

/* Marks a digest wherever it was signed; 1 where it was. */
static int mark(const comparison_t *comparison, const uint8_t digest[JOURNAL_DIGEST])
{
    int found = 0;
    for (uint64_t at = 0; at < comparison->count; at++)
        found |= signed_log_mark(&comparison->logs[at], digest);
    return found;
}

/* Whether the log of the instance `name` has the digest. Without the instance nobody knows. */
static int32_t expect(const comparison_t *comparison, signet_call_t *call, signet_text_t key,
                      signet_text_t name, const uint8_t digest[JOURNAL_DIGEST])
{
    for (uint64_t at = 0; at < comparison->count; at++) {
        const signed_log_t *log = &comparison->logs[at];
        if (signet_text_equal(signet_text(log->name), name) && !signed_log_has(log, digest))
            return signet_fail(call, SIGNET_CORRUPT, "journal.signature-unlogged",
                               "Entry %.*s tells of a signature by the keys \"%.*s\", which their "
                               "log %s.signed does not have: a line was removed, or the entry is "
                               "not theirs.",
                               SIGNET_FORMAT(key), SIGNET_FORMAT(name), log->path);
    }
    return SIGNET_OK;
}

static int32_t compare_entry(const comparison_t *comparison, signet_call_t *call,
                             const signet_record_t *record)
{
    const signet_json_t *body = NULL;
    signet_text_t signed_text = {NULL, 0};
    signet_text_t keys = {NULL, 0};
    signet_bytes_t digest = {NULL, 0};
    journal_position_t position;
    static const char mention[] = "\"signed\"";
    if (!memmem(record->body.data, record->body.length, mention, sizeof mention - 1) ||
        !journal_entry_position(record->key, &position) ||
        !signet_text_equal(position.node, comparison->journal->host->node))
        return SIGNET_OK;
    int32_t status = signet_json_parse(call, record->body, ENTRY_LIMIT, &body);
    const signet_json_t *fields = status == SIGNET_OK ? signet_json_get(body, "fields") : NULL;
    if (fields)
        status = signet_json_get_text(call, fields, "signed", &signed_text);
    if (fields && status == SIGNET_OK)
        status = signet_json_get_text(call, fields, "keys", &keys);
    if (status != SIGNET_OK || signed_text.length == 0)
        return status;
    status = signet_hex_decode(call, signed_text, &digest);
    if (status != SIGNET_OK || digest.length != JOURNAL_DIGEST)
        return status;
    (void)mark(comparison, digest.data);
    return keys.length > 0 ? expect(comparison, call, record->key, keys, digest.data) : SIGNET_OK;
}

static int32_t compare_intent(const comparison_t *comparison, signet_call_t *call,
                              const signet_record_t *record)
{
    signet_bytes_t digest = {NULL, 0};
    int32_t status = signet_sha256(call, record->body, &digest);
    if (status == SIGNET_OK)
        (void)mark(comparison, digest.data);
    return status;
}

/* Goes through a whole collection. */
static int32_t compare_all(const comparison_t *comparison, signet_call_t *call,
                           const char *collection,
                           int32_t (*compare)(const comparison_t *comparison, signet_call_t *call,
                                              const signet_record_t *record))
{
    signet_store_t store;
    journal_walk_t walk;
    const signet_record_t *record = NULL;
    int32_t status = journal_store(comparison->journal, call, &store);
    if (status == SIGNET_OK)
        status = journal_walk_begin(call, &store, collection, PAGE, SIGNET_TEXT(""), &walk);
    if (status != SIGNET_OK)
        return status;
    status = journal_walk_peek(&walk, &record);
    while (status == SIGNET_OK && record) {
        signet_call_t *child = call->services->child(call);
        status = child ? signet_child_end(call, child, compare(comparison, child, record))
                       : signet_status(call);
        journal_walk_next(&walk);
        if (status == SIGNET_OK)
            status = journal_walk_peek(&walk, &record);
    }
    journal_walk_end(&walk);
    return status;
}

/* What was signed and is neither in the journal nor about to be. */
static int32_t find_unjournaled(const comparison_t *comparison, signet_call_t *call)
{
    for (uint64_t at = 0; at < comparison->count; at++) {
        const signed_log_t *log = &comparison->logs[at];
        uint64_t sequence = signed_log_unmarked(log);
        if (sequence > 0)
            return signet_fail(call, SIGNET_CORRUPT, "journal.signature-unjournaled",
                               "The keys \"%s\" signed a certificate of which the journal has no "
                               "entry: sequence %llu of %s.signed. Somebody had it signed past the "
                               "journal, or the store is an older one.",
                               log->name, (unsigned long long)sequence, log->path);
    }
    return SIGNET_OK;
}

static int has_unmarked(const comparison_t *comparison)
{
    for (uint64_t at = 0; at < comparison->count; at++) {
        if (signed_log_unmarked(&comparison->logs[at]) > 0)
            return 1;
    }
    return 0;
}

/* Intents may have been signed; where no CA is configured there are none. */
static int32_t compare_pending(const comparison_t *comparison, signet_call_t *call)
{
    int32_t status = compare_all(comparison, call, INTENTS, compare_intent);
    if (status != SIGNET_INVALID && status != SIGNET_NOT_FOUND)
        return status;
    call->services->clear(call);
    return SIGNET_OK;
}

static int32_t read_logs(comparison_t *comparison, signet_call_t *call, signet_text_t folder)
{
    uint64_t count = 0;
    const signet_provider_t *const *providers =
        call->services->providers(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), &count);
    comparison->logs = signet_alloc(call, count + 1, sizeof *comparison->logs);
    int32_t status = comparison->logs ? SIGNET_OK : signet_status(call);
    for (uint64_t at = 0; status == SIGNET_OK && at < count; at++)
        status = signed_log_read(call, folder, providers[at]->name,
                                 &comparison->logs[comparison->count++]);
    return status;
}

int32_t journal_signed_verify(const journal_t *journal, signet_call_t *call,
                              journal_signed_t *result)
{
    comparison_t comparison = {.journal = journal};
    const signet_host_t *host = journal->host;
    *result = (journal_signed_t){0};
    if (!SIGNET_HAS(host, isolated_folder.data))
        return SIGNET_OK;
    /* Logs first: what is signed meanwhile is in the journal only. */
    int32_t status = read_logs(&comparison, call, host->isolated_folder);
    if (status == SIGNET_OK)
        status = compare_all(&comparison, call, JOURNAL_ENTRIES, compare_entry);
    if (status == SIGNET_OK && has_unmarked(&comparison))
        status = compare_pending(&comparison, call);
    if (status == SIGNET_OK)
        status = find_unjournaled(&comparison, call);
    for (uint64_t at = 0; at < comparison.count; at++) {
        const signed_log_t *log = &comparison.logs[at];
        result->logs += log->files > 0;
        result->certificates += log->count;
        result->others += log->others;
        signed_log_free(&comparison.logs[at]);
    }
    return status;
}
