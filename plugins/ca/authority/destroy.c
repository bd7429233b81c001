/* A key that issues no more is destroyed. Before it goes it signs a last revocation list that is
 * good beyond everything else that it signed, and certifies a responder for as long where one is
 * wanted; what remains is the evidence. Each step is durable before the next, and asked for again
 * it goes on where it ended. */
#include "authority/authority_load.h"
#include "authority/evidence.h"
#include "authority/responder.h"

#include <signet/ca.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

/* The last list is good so much longer than the last certificate. */
#define MARGIN_MS (INT64_C(24) * 3600 * 1000)

static int is(const ca_destruction_t *destruction, const char *state)
{
    return ca_generation_is(&destruction->item, state);
}

static int32_t find_generation(const ca_lifecycle_t *life, signet_call_t *call,
                               ca_destruction_t *destruction)
{
    const ca_generation_t *item = ca_lineage_find(life->lineage, life->change->generation);
    int32_t status = ca_authority_local(call, life->home);
    if (status != SIGNET_OK)
        return status;
    if (item == NULL)
        return signet_fail_field(call, SIGNET_NOT_FOUND, "authority.no-generation", "generation",
                                 "the authority \"%.*s\" has no key of this number; say which of "
                                 "its generations is to lose its key",
                                 SIGNET_FORMAT(life->home->name));
    destruction->item = *item;
    destruction->authority = item->authority;
    return SIGNET_OK;
}

/* The key's name in its backend: the first one's is in the configuration. */
static signet_text_t uri_of(const ca_lifecycle_t *life, const ca_destruction_t *destruction)
{
    return destruction->item.key_uri.length > 0 ? destruction->item.key_uri : life->home->key;
}

static int32_t find_key(const ca_lifecycle_t *life, signet_call_t *call,
                        ca_destruction_t *destruction)
{
    if (life->home->keys.length == 0)
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.offline",
                           "the key of the authority \"%.*s\" is not on this host; destroy it "
                           "where it is",
                           SIGNET_FORMAT(life->home->name));
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), life->home->keys);
    if (provider == NULL)
        return signet_status(call);
    destruction->keys = provider->interface;
    destruction->instance = provider->instance;
    if (!SIGNET_HAS(destruction->keys, destroy))
        return signet_fail(call, SIGNET_UNSUPPORTED, "key.destroy-unsupported",
                           "the keys \"%.*s\" of the authority \"%.*s\" cannot be destroyed from "
                           "here; use the means of their maker",
                           SIGNET_FORMAT(life->home->keys), SIGNET_FORMAT(life->home->name));
    int32_t status = destruction->keys->find(destruction->instance, call, uri_of(life, destruction),
                                             &destruction->key);
    /* It may have gone before an interruption. */
    if (status == SIGNET_NOT_FOUND && is(destruction, CA_KEY_DESTROYING)) {
        call->services->clear(call);
        destruction->key = NULL;
        return SIGNET_OK;
    }
    if (status != SIGNET_OK || destruction->authority == NULL)
        return status;
    return signet_bytes_equal(destruction->key->public_key, destruction->authority->spki)
               ? SIGNET_OK
               : signet_fail(call, SIGNET_CONFLICT, "authority.key-mismatch",
                             "the key \"%.*s\" of the authority \"%.*s\" is not the one in its "
                             "certificate; nothing was destroyed",
                             SIGNET_FORMAT(uri_of(life, destruction)),
                             SIGNET_FORMAT(life->home->name));
}

static int32_t check_state(const ca_lifecycle_t *life, signet_call_t *call,
                           const ca_destruction_t *destruction)
{
    if (is(destruction, CA_KEY_ACTIVE))
        return ca_lifecycle_refuse(life, call,
                                   "issues with this key; activate another one, or retire the "
                                   "authority first");
    if (is(destruction, CA_KEY_REQUESTED) || is(destruction, CA_KEY_PREPUBLISHED) ||
        is(destruction, CA_KEY_RETIRED) || is(destruction, CA_KEY_COMPROMISED))
        return SIGNET_OK;
    return ca_lifecycle_refuse(life, call, "has this key in a state that is not known here");
}

/* Whether what the key signed lets it go. */
static int32_t check_issued(ca_lifecycle_t *life, signet_call_t *call,
                            ca_destruction_t *destruction)
{
    ca_issued_count_t *issued = &destruction->issued;
    if (destruction->authority == NULL)
        return SIGNET_OK;
    int32_t status = ca_issued_count(life->ca, call, destruction->authority, issued);
    if (status != SIGNET_OK || issued->left == 0)
        return status;
    signet_text_t last = signet_time_text(call, issued->last_not_after);
    life->note = signet_format(call,
                               "%llu certificates of this key are neither expired nor "
                               "revoked, the last until %.*s",
                               (unsigned long long)issued->left, SIGNET_FORMAT(last));
    if (last.data == NULL || life->note.data == NULL)
        return SIGNET_NO_MEMORY;
    if (life->change->override.length > 0)
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_CONFLICT, "authority.certificates-left", "override",
                             "%.*s; revoke them or wait, or say with a reason why their key may go "
                             "all the same",
                             SIGNET_FORMAT(life->note));
}

/* The last list, good beyond all that the key signed and its own certificate, and the responder. */
static int32_t conclude(const ca_lifecycle_t *life, signet_call_t *call,
                        ca_destruction_t *destruction)
{
    ca_authority_t *authority = destruction->authority;
    int64_t until = destruction->issued.last_not_after;
    /* A list by a key that others may have says nothing. */
    if (destruction->item.compromised != 0)
        return SIGNET_OK;
    if (until < authority->not_after)
        until = authority->not_after;
    int32_t status = ca_last_list_settle(life->ca, call, authority, destruction->key->uri,
                                         until + MARGIN_MS, &destruction->list);
    if (status != SIGNET_OK || life->change->responder.length == 0)
        return status;
    return ca_responder_certify(life, call, authority, destruction->key->uri, until + MARGIN_MS,
                                &destruction->responder);
}

static int32_t fields_of(const ca_lifecycle_t *life, signet_call_t *call,
                         const ca_destruction_t *destruction, signet_pair_t *fields,
                         uint64_t *count)
{
    signet_bytes_t digest;
    *count = 0;
    int32_t status = signet_sha256(call, destruction->item.public_key, &digest);
    if (status != SIGNET_OK)
        return status;
    fields[(*count)++] = signet_pair(
        "generation", signet_format(call, "%llu", (unsigned long long)destruction->item.number));
    fields[(*count)++] = signet_pair("key", uri_of(life, destruction));
    fields[(*count)++] = signet_pair("public_key_sha256", signet_hex(call, digest));
    if (destruction->authority != NULL)
        fields[(*count)++] =
            signet_pair("key_id", signet_hex(call, destruction->authority->key_id));
    if (destruction->list.number.length > 0) {
        fields[(*count)++] = signet_pair("list", signet_hex(call, destruction->list.number));
        fields[(*count)++] = signet_pair("list_sha256", signet_hex(call, destruction->list.sha256));
    }
    fields[(*count)++] = signet_pair("comment", life->change->comment);
    if (destruction->issued.left > 0)
        fields[(*count)++] = signet_pair("override", life->change->override);
    return SIGNET_OK;
}

/* From here on the key may be gone: it is not used any more, whatever happens. */
static int32_t mark(ca_lifecycle_t *life, signet_call_t *call, ca_destruction_t *destruction)
{
    signet_pair_t fields[10];
    uint64_t count = 0;
    ca_generation_t *item = &destruction->item;
    item->public_key = destruction->key->public_key;
    int32_t status = ca_evidence_begin(life, call, destruction, &item->evidence);
    item->state = SIGNET_TEXT(CA_KEY_DESTROYING);
    item->key_uri = destruction->key->uri;
    if (status == SIGNET_OK)
        status = fields_of(life, call, destruction, fields, &count);
    if (status == SIGNET_OK && destruction->key->module.length > 0)
        fields[count++] = signet_pair("token", destruction->key->module);
    if (status == SIGNET_OK)
        status = ca_lifecycle_commit(life, call, item, 1, NULL, 0, SIGNET_EVENT_KEY_DESTROYING,
                                     fields, count);
    item->version++;
    /* The approval is used up. */
    life->approved = NULL;
    return status;
}

/* Destroys the key and looks whether it is gone. */
static int32_t destroy(const ca_lifecycle_t *life, signet_call_t *call,
                       const ca_destruction_t *destruction, int *found)
{
    signet_text_t uri = uri_of(life, destruction);
    if (destruction->keys == NULL)
        return signet_status(call);
    int32_t status =
        destruction->keys->destroy(destruction->instance, call, uri, destruction->item.public_key);
    *found = status == SIGNET_OK;
    if (status == SIGNET_NOT_FOUND)
        call->services->clear(call);
    else if (status != SIGNET_OK)
        return status;
    return ca_evidence_gone(call, destruction->keys, destruction->instance, uri);
}

static int32_t record(ca_lifecycle_t *life, signet_call_t *call, ca_destruction_t *destruction,
                      int found)
{
    signet_pair_t fields[10];
    uint64_t count = 0;
    ca_generation_t *item = &destruction->item;
    item->state = SIGNET_TEXT(CA_KEY_DESTROYED);
    item->destroyed = signet_now();
    int32_t status = ca_evidence_end(call, destruction, item->destroyed, found, &item->evidence);
    if (status == SIGNET_OK)
        status = fields_of(life, call, destruction, fields, &count);
    return status == SIGNET_OK ? ca_lifecycle_commit(life, call, item, 1, NULL, 0,
                                                     SIGNET_EVENT_KEY_DESTROYED, fields, count)
                               : status;
}

/* Up to the mark: all that can be refused is refused before. */
static int32_t begin(ca_lifecycle_t *life, signet_call_t *call, ca_destruction_t *destruction)
{
    if (destruction->key == NULL)
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.key-unavailable",
                           "the key of the authority \"%.*s\" does not answer",
                           SIGNET_FORMAT(life->home->name));
    int32_t status = check_state(life, call, destruction);
    if (status == SIGNET_OK)
        status = check_issued(life, call, destruction);
    if (status == SIGNET_OK && life->change->responder.length > 0)
        status = destruction->authority != NULL && destruction->item.compromised == 0
                     ? ca_responder_check(life, call, destruction->authority)
                     : ca_lifecycle_refuse(life, call,
                                           "has no certificate for this key, or may not sign with "
                                           "it, so that there can be no responder");
    if (status == SIGNET_OK && life->agree != NULL)
        status = life->agree(life, call);
    life->agree = NULL;
    if (status == SIGNET_OK && destruction->authority != NULL)
        status = conclude(life, call, destruction);
    return status == SIGNET_OK ? mark(life, call, destruction) : status;
}

int32_t ca_lifecycle_destroy(ca_lifecycle_t *life, signet_call_t *call)
{
    ca_destruction_t destruction = {.key = NULL};
    int found = 0;
    int32_t status = find_generation(life, call, &destruction);
    if (status != SIGNET_OK || is(&destruction, CA_KEY_DESTROYED))
        return status;
    status = find_key(life, call, &destruction);
    if (status == SIGNET_OK && !is(&destruction, CA_KEY_DESTROYING))
        status = begin(life, call, &destruction);
    life->agree = NULL;
    /* What was revoked since the list was signed, or before an interruption, is on it as well. */
    if (status == SIGNET_OK && destruction.authority != NULL)
        status = ca_issued_count(life->ca, call, destruction.authority, &destruction.issued);
    if (status == SIGNET_OK && destruction.authority != NULL && destruction.key != NULL)
        status = conclude(life, call, &destruction);
    else if (status == SIGNET_OK && destruction.authority != NULL &&
             destruction.item.compromised == 0)
        status = ca_last_list_get(life->ca, call, life->home->name, destruction.item.number,
                                  &destruction.list);
    if (status == SIGNET_OK)
        status = destroy(life, call, &destruction, &found);
    if (status == SIGNET_OK)
        status = record(life, call, &destruction, found);
    return status;
}
