#include "verify.h"

#include "seal.h"
#include "sealkey.h"
#include "walk.h"

#include <inttypes.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/progress.h>
#include <string.h>

#define SEAL_PAGE 8U
#define ENTRY_PAGE 500U
#define ENTRY_LIMIT 1048576U

typedef struct verification {
    signet_store_t store;
    uint64_t from;
    journal_head_t *heads;
    uint64_t head_count;
    const journal_listener_t *listener;
    journal_walk_t entries;
    journal_verdict_t verdict; /* of the node being verified; its name is empty at first */
    uint64_t epoch;            /* where the last seal ended */
    uint64_t sequence;
    signet_verifier_t *verifier; /* for the key of verdict.key */
} verification_t;

static int32_t fail_seal(signet_call_t *call, signet_text_t key, const char *what)
{
    return signet_fail(call, SIGNET_CORRUPT, "journal.seal-wrong", "Seal %.*s %s.",
                       SIGNET_FORMAT(key), what);
}

static int32_t fail_entry(signet_call_t *call, signet_text_t key, const char *what)
{
    return signet_fail(call, SIGNET_CORRUPT, "journal.entry-wrong", "Entry %.*s %s.",
                       SIGNET_FORMAT(key), what);
}

/* Only a failure of the stored data is a verdict; others are passed on as they are. */
static int is_malformed(int32_t status)
{
    return status == SIGNET_INVALID || status == SIGNET_TOO_LARGE;
}

/* --- entries ----------------------------------------------------------------------------- */

/* The columns of an entry repeat what its body says, so that it can be searched for. */
static int columns_agree(signet_call_t *call, const signet_record_t *record,
                         const signet_json_t *body)
{
    static const char *const names[] = {"event", "object", "actor", "tenant", "trace"};
    signet_text_t time_text = {NULL, 0};
    const signet_field_t *time_field = signet_record_field(record, "time");
    int64_t time = 0;
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        signet_text_t text = {NULL, 0};
        if (signet_json_get_text(call, body, names[i], &text) != SIGNET_OK ||
            !signet_text_equal(text, signet_record_text(record, names[i])))
            return 0;
    }
    return signet_json_get_text(call, body, "time", &time_text) == SIGNET_OK &&
           signet_time_parse(call, time_text, &time) == SIGNET_OK && time_field &&
           time_field->integer == time;
}

/* Tells how an entry differs from what was sealed. */
static int32_t fail_altered(signet_call_t *call, const signet_record_t *record,
                            const journal_position_t *position)
{
    const signet_json_t *body = NULL;
    int64_t epoch = (int64_t)position->epoch;
    int64_t sequence = (int64_t)position->sequence;
    if (signet_json_parse(call, record->body, ENTRY_LIMIT, &body) == SIGNET_OK &&
        signet_json_get_integer(call, body, "epoch", &epoch) == SIGNET_OK &&
        signet_json_get_integer(call, body, "sequence", &sequence) == SIGNET_OK &&
        (epoch != (int64_t)position->epoch || sequence != (int64_t)position->sequence)) {
        const journal_position_t other = {position->node, (uint64_t)epoch, (uint64_t)sequence};
        signet_text_t key = journal_entry_key(call, &other);
        return signet_fail(call, SIGNET_CORRUPT, "journal.entry-wrong",
                           "Entry %.*s was reordered: what stands there is entry %.*s.",
                           SIGNET_FORMAT(record->key), SIGNET_FORMAT(key));
    }
    call->services->clear(call);
    return fail_entry(call, record->key, "was altered");
}

static int32_t check_present(signet_call_t *call, const signet_record_t *record,
                             const journal_position_t *position,
                             const uint8_t expected[JOURNAL_DIGEST])
{
    uint8_t leaf[JOURNAL_DIGEST];
    const signet_json_t *body = NULL;
    int32_t status = journal_leaf(call, record->key, record->body, leaf);
    if (status != SIGNET_OK)
        return status;
    if (memcmp(leaf, expected, JOURNAL_DIGEST) != 0)
        return fail_altered(call, record, position);
    status = signet_json_parse(call, record->body, ENTRY_LIMIT, &body);
    if (status == SIGNET_OK && columns_agree(call, record, body))
        return SIGNET_OK;
    if (status != SIGNET_OK && !is_malformed(status))
        return status;
    call->services->clear(call);
    return fail_entry(call, record->key, "was altered: its fields are not those of its body");
}

/* One sequence of a seal: the walk must stand on its entry, or on a later one if it is a gap. */
static int32_t check_sequence(verification_t *verification, signet_call_t *call,
                              const journal_position_t *position, const uint8_t *leaf)
{
    const signet_record_t *record = NULL;
    signet_text_t key = journal_entry_key(call, position);
    int32_t status =
        key.data ? journal_walk_peek(&verification->entries, &record) : signet_status(call);
    if (status != SIGNET_OK)
        return status;
    int order = record ? signet_text_compare(record->key, key) : 1;
    if (order < 0)
        return fail_entry(call, record->key, "was inserted: no seal covers it");
    if (order > 0)
        return leaf ? fail_entry(call, key, "was removed") : SIGNET_OK;
    if (!leaf)
        return fail_entry(call, key, "was inserted: the seal knows it as a gap");
    status = check_present(call, record, position, leaf);
    journal_walk_next(&verification->entries);
    return status;
}

static int32_t check_entries(verification_t *verification, signet_call_t *call,
                             const journal_seal_t *seal)
{
    const journal_range_t *range = &seal->range;
    const uint8_t *leaf = range->leaves;
    uint64_t gap = 0;
    int32_t status = SIGNET_OK;
    for (uint64_t at = range->first; at <= range->last && status == SIGNET_OK; at++) {
        const journal_position_t position = {seal->node, range->epoch, at};
        while (gap < range->gap_count && at > range->gaps[2 * gap + 1])
            gap++;
        int absent = gap < range->gap_count && at >= range->gaps[2 * gap];
        signet_call_t *child = call->services->child(call);
        if (!child)
            return signet_status(call);
        status = check_sequence(verification, child, &position, absent ? NULL : leaf);
        status = signet_child_end(call, child, status);
        if (!absent)
            leaf += JOURNAL_DIGEST;
    }
    verification->verdict.entries += range->count;
    signet_progress(verification->listener->output, SIGNET_TEXT("entries verified"),
                    verification->verdict.entries, 0);
    return status;
}

/* --- seals ------------------------------------------------------------------------------- */

static int32_t need_verifier(verification_t *verification, signet_call_t *call,
                             const journal_seal_t *seal)
{
    signet_bytes_t public_key;
    if (verification->verifier && signet_text_is(seal->key, verification->verdict.key))
        return SIGNET_OK;
    signet_verifier_free(verification->verifier);
    verification->verifier = NULL;
    int32_t status = journal_key_public(call, &verification->store, seal->key, &public_key);
    if (status == SIGNET_OK)
        status = signet_verifier_new(call, public_key, &verification->verifier);
    if (status == SIGNET_OK)
        memcpy(verification->verdict.key, seal->key.data, 2 * (size_t)JOURNAL_DIGEST);
    return status;
}

static int32_t check_signature(verification_t *verification, signet_call_t *call,
                               const journal_seal_t *seal, signet_text_t key)
{
    signet_bytes_t message;
    int32_t status = need_verifier(verification, call, seal);
    if (status == SIGNET_OK)
        status = journal_seal_message(call, seal, &message);
    if (status == SIGNET_OK)
        status = signet_verifier_verify(call, verification->verifier, seal->algorithm, message,
                                        seal->signature);
    if (status != SIGNET_DENIED && status != SIGNET_UNSUPPORTED && !is_malformed(status))
        return status;
    call->services->clear(call);
    return fail_seal(call, key, "was altered: its signature is wrong");
}

static int32_t check_root(signet_call_t *call, const journal_seal_t *seal, signet_text_t key)
{
    uint8_t root[JOURNAL_DIGEST];
    signet_bytes_t leaves = signet_bytes_copy(
        call, (signet_bytes_t){seal->range.leaves, seal->range.count * JOURNAL_DIGEST});
    if (seal->range.count && !leaves.data)
        return signet_status(call);
    int32_t status = journal_root(call, (uint8_t *)(uintptr_t)leaves.data, seal->range.count, root);
    if (status == SIGNET_OK && memcmp(root, seal->root, JOURNAL_DIGEST) != 0)
        return fail_seal(call, key, "was altered: its root is not that of its leaves");
    return status;
}

/* Whether a seal continues the chain and is where its key says. */
static int32_t check_chain(const verification_t *verification, signet_call_t *call,
                           const journal_seal_t *seal, const signet_record_t *record)
{
    const journal_verdict_t *verdict = &verification->verdict;
    const journal_range_t *range = &seal->range;
    signet_text_t key = journal_seal_key(call, seal->node, seal->index);
    if (!signet_text_equal(key, record->key) ||
        (int64_t)range->epoch != signet_record_integer(record, "epoch") ||
        (int64_t)range->first != signet_record_integer(record, "first") ||
        (int64_t)range->last != signet_record_integer(record, "last"))
        return fail_seal(call, record->key, "was altered or reordered: it says to be another");
    if (verdict->seals == 0 && seal->index > 1)
        return SIGNET_OK; /* the first one looked at; what is before it was not asked for */
    if (memcmp(seal->previous, verdict->digest, JOURNAL_DIGEST) != 0)
        return fail_seal(call, record->key,
                         "does not follow the one before it: one of them was "
                         "altered");
    uint64_t first = range->epoch == verification->epoch ? verification->sequence + 1 : 1;
    if (range->epoch < verification->epoch || range->first != first)
        return fail_seal(call, record->key, "does not begin where the one before it ended");
    return SIGNET_OK;
}

static int32_t check_heads(const verification_t *verification, signet_call_t *call,
                           signet_text_t key)
{
    const journal_verdict_t *verdict = &verification->verdict;
    for (uint64_t i = 0; i < verification->head_count; i++) {
        journal_head_t *head = &verification->heads[i];
        if (!signet_text_is(head->node, verdict->node) || head->index != verdict->index)
            continue;
        if (memcmp(head->digest, verdict->digest, JOURNAL_DIGEST) != 0)
            return fail_seal(call, key, "is not the one that the head kept elsewhere names");
        head->seen = 1;
    }
    return SIGNET_OK;
}

static int32_t check_seal(verification_t *verification, signet_call_t *call,
                          const signet_record_t *record)
{
    journal_verdict_t *verdict = &verification->verdict;
    journal_seal_t seal;
    int32_t status = journal_seal_read(call, record->body, &seal);
    if (is_malformed(status)) {
        call->services->clear(call);
        return fail_seal(call, record->key, "was altered: its body is no seal");
    }
    if (status == SIGNET_OK)
        status = check_chain(verification, call, &seal, record);
    if (status == SIGNET_OK)
        status = check_root(call, &seal, record->key);
    if (status == SIGNET_OK)
        status = check_signature(verification, call, &seal, record->key);
    if (status == SIGNET_OK && verdict->seals == 0 && seal.index > 1) {
        const journal_position_t begin = {seal.node, seal.range.epoch, seal.range.first};
        signet_call_t *parent = verification->entries.call;
        journal_walk_end(&verification->entries);
        status = journal_walk_begin(parent, &verification->store, JOURNAL_ENTRIES, ENTRY_PAGE,
                                    journal_entry_key(call, &begin), &verification->entries);
    }
    if (status == SIGNET_OK)
        status = check_entries(verification, call, &seal);
    if (status == SIGNET_OK)
        status = journal_digest(call, record->body, verdict->digest);
    if (status != SIGNET_OK)
        return status;
    verdict->seals++;
    verdict->index = seal.index;
    verification->epoch = seal.range.epoch;
    verification->sequence = seal.range.last;
    return check_heads(verification, call, record->key);
}

/* --- nodes ------------------------------------------------------------------------------- */

static int32_t tell(verification_t *verification, signet_call_t *call)
{
    if (verification->verdict.node[0] == '\0')
        return SIGNET_OK;
    return verification->listener->tell(verification->listener->context, call,
                                        &verification->verdict);
}

static void begin_node(verification_t *verification, signet_text_t node)
{
    journal_verdict_t *verdict = &verification->verdict;
    memset(verdict, 0, sizeof(*verdict));
    memcpy(verdict->node, node.data, node.length);
    verification->epoch = 0;
    verification->sequence = 0;
    signet_verifier_free(verification->verifier);
    verification->verifier = NULL;
}

/* Counts the entries that stand before `until` (NULL: all) and under no seal: the tails of nodes
 * whose seals are done, and all of those that have none. */
static int32_t pass_unsealed(verification_t *verification, signet_call_t *call,
                             const signet_text_t *until)
{
    const signet_record_t *record = NULL;
    int32_t status = journal_walk_peek(&verification->entries, &record);
    while (status == SIGNET_OK && record) {
        journal_position_t position;
        if (!journal_entry_position(record->key, &position))
            return fail_entry(call, record->key, "was inserted: it has no entry's key");
        if (until && signet_text_compare(position.node, *until) >= 0)
            break;
        if (!signet_text_is(position.node, verification->verdict.node)) {
            status = tell(verification, call);
            begin_node(verification, position.node);
        }
        verification->verdict.unsealed++;
        journal_walk_next(&verification->entries);
        if (status == SIGNET_OK)
            status = journal_walk_peek(&verification->entries, &record);
    }
    return status;
}

/* Whether a seal says itself that numbers before it were left out, because the store was put back
 * to an earlier state: its signature, which is checked like any, covers that too. */
static int is_after_loss(const verification_t *verification, signet_call_t *call,
                         const signet_record_t *record, uint64_t expected)
{
    journal_seal_t seal;
    if (journal_seal_read(call, record->body, &seal) != SIGNET_OK) {
        call->services->clear(call);
        return 0;
    }
    return seal.index > expected &&
           (verification->verdict.seals ? seal.follows + 1 == expected : seal.follows < expected);
}

static int32_t verify_record(verification_t *verification, signet_call_t *call,
                             const signet_record_t *record)
{
    const journal_verdict_t *verdict = &verification->verdict;
    signet_text_t number;
    uint64_t index = 0;
    signet_text_t node = signet_text_split(record->key, '/', &number);
    if (!journal_name_valid(node) || !journal_number(number, &index))
        return fail_seal(call, record->key, "was inserted: it has no seal's key");
    if (index < verification->from)
        return SIGNET_OK;
    if (!signet_text_is(node, verdict->node)) {
        int32_t status =
            verification->from > 1 ? SIGNET_OK : pass_unsealed(verification, call, &node);
        if (status == SIGNET_OK)
            status = tell(verification, call);
        if (status != SIGNET_OK)
            return status;
        begin_node(verification, node);
    }
    uint64_t expected = verdict->seals ? verdict->index + 1 : verification->from;
    if (index != expected && !is_after_loss(verification, call, record, expected))
        return signet_fail(call, SIGNET_CORRUPT, "journal.seal-wrong",
                           "Seal %.*s/%016" PRIx64 " was removed.", SIGNET_FORMAT(node), expected);
    return check_seal(verification, call, record);
}

static int32_t verify_all(verification_t *verification, signet_call_t *call, journal_walk_t *seals)
{
    const signet_record_t *record = NULL;
    int32_t status = journal_walk_peek(seals, &record);
    while (status == SIGNET_OK && record) {
        signet_call_t *child = call->services->child(call);
        if (!child)
            return signet_status(call);
        status = verify_record(verification, child, record);
        status = signet_child_end(call, child, status);
        journal_walk_next(seals);
        if (status == SIGNET_OK)
            status = journal_walk_peek(seals, &record);
    }
    if (status == SIGNET_OK)
        status = pass_unsealed(verification, call, NULL);
    return status == SIGNET_OK ? tell(verification, call) : status;
}

static int32_t check_unseen(const verification_t *verification, signet_call_t *call)
{
    for (uint64_t i = 0; i < verification->head_count; i++) {
        const journal_head_t *head = &verification->heads[i];
        if (!head->seen && head->index >= verification->from)
            return signet_fail(call, SIGNET_CORRUPT, "journal.truncated",
                               "The journal of node '%.*s' was truncated: seal %.*s/%016" PRIx64
                               ", which the head kept elsewhere names, is missing.",
                               SIGNET_FORMAT(head->node), SIGNET_FORMAT(head->node), head->index);
    }
    return SIGNET_OK;
}

int32_t journal_verify(signet_call_t *call, const signet_store_t *store, uint64_t from,
                       journal_head_t *heads, uint64_t head_count,
                       const journal_listener_t *listener)
{
    verification_t verification = {.store = *store,
                                   .from = from,
                                   .heads = heads,
                                   .head_count = head_count,
                                   .listener = listener};
    journal_walk_t seals;
    int32_t status =
        journal_walk_begin(call, store, JOURNAL_SEALS, SEAL_PAGE, SIGNET_TEXT(""), &seals);
    if (status != SIGNET_OK)
        return status;
    status = journal_walk_begin(call, store, JOURNAL_ENTRIES, ENTRY_PAGE, SIGNET_TEXT(""),
                                &verification.entries);
    if (status == SIGNET_OK)
        status = verify_all(&verification, call, &seals);
    if (status == SIGNET_OK)
        status = check_unseen(&verification, call);
    journal_walk_end(&verification.entries);
    journal_walk_end(&seals);
    signet_verifier_free(verification.verifier);
    return status;
}
