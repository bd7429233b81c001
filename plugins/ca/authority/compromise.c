/* A compromise. First, in one commit, the authority and its keys take that state and the keys are
 * blocked for ever; then its certificates are revoked at the parent, or asked to be; then a further
 * key is made to take their place. What fails after the first step is said, and done when the same
 * is asked for again. */
#include "authority/compromise.h"

#include "authority/authority_load.h"
#include "authority/impact.h"
#include "authority/replace.h"
#include "record/blocked_key.h"

#include <signet/ca.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

/* The changes that block the keys. */
typedef struct blocking {
    signet_bytes_t digests[CA_LIFECYCLE_ITEMS];
    signet_change_t changes[CA_LIFECYCLE_ITEMS];
    signet_field_t fields[CA_LIFECYCLE_ITEMS][2];
    uint64_t count;
} blocking_t;

static int is_gone(const ca_generation_t *item)
{
    return ca_generation_is(item, CA_KEY_DESTROYED) || ca_generation_is(item, CA_KEY_DESTROYING);
}

/* The public key of a generation; empty where it is not certified and does not answer. */
static signet_bytes_t public_key_of(const ca_lifecycle_t *life, signet_call_t *call,
                                    const ca_generation_t *item)
{
    const signet_key_t *key = NULL;
    if (item->authority != NULL)
        return item->authority->spki;
    if (item->public_key.length > 0)
        return item->public_key;
    ca_authority_t *bare = signet_alloc(call, 1, sizeof *bare);
    if (bare == NULL)
        return (signet_bytes_t){NULL, 0};
    ca_lineage_copy(life->home, item->number, item->key_uri, bare);
    if (ca_authority_key(call, bare, &key) == SIGNET_OK)
        return key->public_key;
    call->services->clear(call);
    return (signet_bytes_t){NULL, 0};
}

static int32_t block(ca_lifecycle_t *life, signet_call_t *call, const ca_generation_t *item,
                     blocking_t *blocking)
{
    signet_bytes_t spki = public_key_of(life, call, item);
    signet_bytes_t *digest = &blocking->digests[blocking->count];
    signet_text_t origin =
        signet_format(call, "authority:%.*s/%llu", SIGNET_FORMAT(life->home->name),
                      (unsigned long long)item->number);
    if (origin.data == NULL)
        return SIGNET_NO_MEMORY;
    if (spki.length == 0)
        return SIGNET_OK;
    int32_t status = signet_sha256(call, spki, digest);
    if (status == SIGNET_OK)
        status = ca_blocked_keys_reserve(life->ca->blocked, call);
    if (status == SIGNET_OK)
        status = ca_blocked_keys_change(call, *digest, origin, signet_now(),
                                        blocking->fields[blocking->count],
                                        &blocking->changes[blocking->count]);
    blocking->count++;
    return status;
}

/* The state of the authority and of its keys, and the block, at once. */
static int32_t mark(ca_lifecycle_t *life, signet_call_t *call)
{
    blocking_t *blocking = signet_alloc(call, 1, sizeof *blocking);
    ca_generation_t items[CA_LIFECYCLE_ITEMS];
    uint64_t count = 0;
    int64_t now = signet_now();
    int32_t status = blocking == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
    items[count++] = ca_lifecycle_state(life, SIGNET_AUTHORITY_COMPROMISED);
    for (uint64_t i = 0; status == SIGNET_OK && i < life->lineage->count; i++) {
        const ca_generation_t *item = &life->lineage->items[i];
        if (count == CA_LIFECYCLE_ITEMS)
            return signet_fail(call, SIGNET_TOO_LARGE, "authority.generations",
                               "the authority \"%.*s\" has more keys than one step can change; "
                               "destroy some of those that are retired first",
                               SIGNET_FORMAT(life->home->name));
        status = block(life, call, item, blocking);
        if (is_gone(item))
            continue;
        items[count] = *item;
        items[count].state = SIGNET_TEXT(CA_KEY_COMPROMISED);
        items[count].compromised = now;
        items[count++].reason = life->change->comment;
    }
    const signet_pair_t fields[] = {
        signet_pair("comment", life->change->comment),
        signet_pair("keys", signet_format(call, "%llu", (unsigned long long)(count - 1)))};
    if (status == SIGNET_OK)
        status = ca_lifecycle_commit(life, call, items, count, blocking->changes, blocking->count,
                                     SIGNET_EVENT_AUTHORITY_COMPROMISED, fields, 2);
    for (uint64_t i = 0; status == SIGNET_OK && i < blocking->count; i++)
        ca_blocked_keys_add(life->ca->blocked, blocking->digests[i]);
    life->approved = NULL;
    life->agree = NULL;
    return status;
}

static int32_t check(const ca_lifecycle_t *life, signet_call_t *call)
{
    int32_t status = ca_authority_local(call, life->home);
    if (status == SIGNET_OK && life->change->comment.length == 0)
        return signet_fail_field(call, SIGNET_INVALID, "authority.reason", "comment",
                                 "say why: it stays with the authority and in the journal");
    return status;
}

int32_t ca_lifecycle_compromised(ca_lifecycle_t *life, signet_call_t *call)
{
    int32_t status = check(life, call);
    if (status == SIGNET_OK && !ca_lifecycle_is(life, SIGNET_AUTHORITY_COMPROMISED))
        status = mark(life, call);
    life->agree = NULL;
    if (status == SIGNET_OK)
        status = ca_replace_revoke(life, call, 1, &life->revocation);
    return status == SIGNET_OK ? ca_replace_prepare(life, call) : status;
}

static int32_t write_keys(const ca_lifecycle_t *life, signet_call_t *call,
                          signet_json_writer_t *writer)
{
    int32_t status = SIGNET_OK;
    signet_json_begin_array(writer, "keys");
    for (uint64_t i = 0; status == SIGNET_OK && i < life->lineage->count; i++) {
        const ca_generation_t *item = &life->lineage->items[i];
        signet_bytes_t spki = public_key_of(life, call, item);
        signet_bytes_t digest = {NULL, 0};
        status = signet_sha256(call, spki, &digest);
        signet_json_begin_object(writer, NULL);
        signet_json_integer(writer, "generation", (int64_t)item->number);
        signet_json_text(writer, "state", item->state);
        if (spki.length > 0)
            signet_json_hex(writer, "public_key_sha256", digest);
        signet_json_boolean(writer, "would_be_blocked", spki.length > 0);
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
    return status;
}

static int32_t journal(const ca_lifecycle_t *life, signet_call_t *call)
{
    signet_journal_t instance;
    signet_text_t object = signet_format(call, "authority:%.*s", SIGNET_FORMAT(life->home->name));
    const signet_entry_t entry = {.size = sizeof entry,
                                  .event = SIGNET_TEXT(SIGNET_EVENT_COMPROMISE_REHEARSED),
                                  .object = object};
    int32_t status = object.data == NULL ? SIGNET_NO_MEMORY : ca_journal(life->ca, call, &instance);
    return status == SIGNET_OK
               ? instance.interface->commit(instance.instance, call, NULL, 0, &entry)
               : status;
}

int32_t ca_compromise_rehearse(ca_lifecycle_t *life, signet_call_t *call, signet_text_t *document)
{
    signet_text_t revocation = {NULL, 0};
    signet_json_writer_t writer = signet_json_writer(call, 8192);
    int32_t status = ca_authority_local(call, life->home);
    if (status != SIGNET_OK)
        return status;
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "authority", life->home->name);
    signet_json_boolean(&writer, "rehearsal", 1);
    signet_json_text(&writer, "state", life->lineage->state);
    signet_json_text(&writer, "approval",
                     SIGNET_TEXT("a second CA administrator must agree; `suspend` takes one "
                                 "person and stops issuance at once"));
    status = write_keys(life, call, &writer);
    signet_json_begin_object(&writer, "impact");
    if (status == SIGNET_OK)
        status = ca_impact_summary(life->ca, call, life->home, &writer);
    signet_json_end_object(&writer);
    signet_json_begin_object(&writer, "parent");
    if (status == SIGNET_OK)
        status = ca_replace_revoke(life, call, 0, &revocation);
    if (life->home->parent != NULL)
        signet_json_text(&writer, "name", life->home->parent->name);
    signet_json_integer(&writer, "would_be_revoked", (int64_t)life->revoked);
    if (revocation.length > 0)
        signet_json_text(&writer, "request_for_ceremony", revocation);
    signet_json_end_object(&writer);
    signet_json_begin_object(&writer, "replacement");
    if (status == SIGNET_OK)
        status = ca_replace_rehearse(life, call, &writer);
    signet_json_end_object(&writer);
    signet_json_end_object(&writer);
    if (status == SIGNET_OK)
        status = signet_json_finish(&writer, document);
    return status == SIGNET_OK ? journal(life, call) : status;
}
