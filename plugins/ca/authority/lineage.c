#include "authority/lineage.h"

#include "authority/authority_load.h"
#include "error.h"

#include <signet/ca.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

const ca_lineage_t *ca_lineage(const ca_authority_t *authority)
{
    return atomic_load_explicit(&authority->home->lineage, memory_order_acquire);
}

const ca_generation_t *ca_lineage_find(const ca_lineage_t *lineage, uint64_t number)
{
    for (uint64_t i = 0; i < lineage->count; i++) {
        if (lineage->items[i].number == number)
            return &lineage->items[i];
    }
    return NULL;
}

const ca_generation_t *ca_lineage_in(const ca_lineage_t *lineage, const char *state)
{
    for (uint64_t i = 0; i < lineage->count; i++) {
        if (ca_generation_is(&lineage->items[i], state))
            return &lineage->items[i];
    }
    return NULL;
}

int ca_lineage_has_key(const ca_authority_t *authority, signet_bytes_t spki)
{
    const ca_lineage_t *lineage = ca_lineage(authority);
    for (uint64_t i = 0; lineage != NULL && i < lineage->count; i++) {
        const ca_authority_t *at = lineage->items[i].authority;
        if (at != NULL && signet_bytes_equal(at->spki, spki))
            return 1;
    }
    return 0;
}

/* keyIdentifier of the authorityKeyIdentifier (RFC 5280, 4.2.1.1); empty where there is none. */
static signet_bytes_t issuer_key_id(const signet_x509_t *x509)
{
    const signet_extension_t *extension =
        signet_extension_find(x509->extensions, x509->extension_count, ca_oid_authority_key_id.data,
                              ca_oid_authority_key_id.length);
    signet_der_t inside;
    signet_der_item_t item;
    if (extension == NULL)
        return (signet_bytes_t){NULL, 0};
    signet_der_t value = signet_der(extension->value);
    if (signet_der_enter(&value, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        signet_der_expect(&inside, SIGNET_DER_CONTEXT(0), &item) != 0)
        return (signet_bytes_t){NULL, 0};
    return item.content;
}

ca_authority_t *ca_lineage_issuer(ca_authority_t *parent, const signet_x509_t *x509)
{
    const ca_lineage_t *lineage = ca_lineage(parent);
    signet_bytes_t key_id = issuer_key_id(x509);
    for (uint64_t i = 0; lineage != NULL && key_id.length > 0 && i < lineage->count; i++) {
        ca_authority_t *authority = lineage->items[i].authority;
        if (authority != NULL && signet_bytes_equal(authority->key_id, key_id))
            return authority;
    }
    return ca_authority_now(parent);
}

int32_t ca_lineage_authority(ca_t *ca, signet_call_t *call, signet_text_t name, uint64_t generation,
                             ca_authority_t **authority)
{
    ca_authority_t *home = ca_authority_find(ca->authorities, ca->authority_count, name);
    const ca_lineage_t *lineage = home != NULL ? ca_lineage(home) : NULL;
    const ca_generation_t *found =
        lineage != NULL ? ca_lineage_find(lineage, generation == 0 ? 1 : generation) : NULL;
    if (found == NULL || found->authority == NULL)
        return signet_fail_field(call, SIGNET_NOT_FOUND, "authority.not-found", "authority",
                                 "there is no authority \"%.*s\" with such a key and a certificate",
                                 SIGNET_FORMAT(name));
    *authority = found->authority;
    return SIGNET_OK;
}

void ca_lineage_copy(ca_authority_t *home, uint64_t generation, signet_text_t key,
                     ca_authority_t *copy)
{
    copy->setting = home->setting;
    copy->name = home->name;
    copy->tenant = home->tenant;
    copy->kind = home->kind;
    copy->key_type = home->key_type;
    copy->algorithm = home->algorithm;
    copy->keys = home->keys;
    copy->key = key;
    copy->path = home->path;
    copy->parent = home->parent;
    copy->home = home;
    copy->index = home->index;
    copy->generation = generation;
    copy->validity_ms = home->validity_ms;
    copy->path_length = home->path_length;
    copy->path_limit = -1;
    copy->subject = home->subject;
    copy->limits = home->limits;
    copy->identifier = home->identifier;
    copy->issued_metric = home->issued_metric;
}

int32_t ca_lineage_file(signet_call_t *call, const ca_authority_t *authority, const char *option,
                        signet_text_t *path)
{
    int marked = 0;
    signet_text_t named = signet_setting_text(authority->setting, option);
    const ca_lineage_t *lineage = ca_lineage(authority);
    const ca_published_t published = {
        .generation = signet_format(call, "%llu", (unsigned long long)authority->generation),
        .key_id = signet_hex(call, authority->key_id)};
    *path = (signet_text_t){NULL, 0};
    if (published.generation.data == NULL)
        return SIGNET_NO_MEMORY;
    (void)ca_published_check(named, &marked);
    int issues = lineage == NULL || lineage->issuing == authority;
    if (named.length == 0 || (!marked && !issues) ||
        (authority->key_id.length == 0 && signet_text_matches(named, SIGNET_TEXT("*{key-id}*"))))
        return SIGNET_OK;
    signet_buffer_t buffer = signet_buffer(call, named.length + 64);
    ca_published_add(&buffer, &published, named);
    return signet_buffer_text(&buffer, path);
}

int32_t ca_lineage_retype(ca_pool_t *pool, signet_call_t *call, signet_text_t type,
                          ca_authority_t *copy)
{
    signet_bytes_t identifier;
    signet_text_t usual = signet_algorithm_for(type);
    if (type.length == 0 || signet_text_equal(type, copy->key_type))
        return SIGNET_OK;
    if (usual.length == 0)
        return signet_fail_field(call, SIGNET_INVALID, "authority.key-type", "key_type",
                                 "\"%.*s\" is no type of a key that an authority signs with",
                                 SIGNET_FORMAT(type));
    /* Among RSA keys the choice that the configuration made stays. */
    if (!signet_text_starts(usual, "RSA-") || !signet_text_starts(copy->algorithm, "RSA-"))
        copy->algorithm = usual;
    int32_t status = ca_pool_text(pool, call, type, &copy->key_type);
    if (status == SIGNET_OK)
        status = signet_algorithm_encode(call, copy->algorithm, &identifier);
    return status == SIGNET_OK ? ca_pool_bytes(pool, call, identifier, &copy->identifier) : status;
}

int32_t ca_lineage_equip(ca_t *ca, signet_call_t *call, ca_authority_t *authority)
{
    int32_t status = SIGNET_OK;
    signet_text_t generation =
        signet_format(call, "%llu", (unsigned long long)authority->generation);
    signet_text_t key_id = signet_hex(call, authority->key_id);
    if (generation.data == NULL || key_id.data == NULL)
        return SIGNET_NO_MEMORY;
    if (authority->templates == NULL) {
        authority->templates =
            ca_pool_alloc(&ca->pool, call, CA_KEY_CLASSES * (ca->profile_count + 1),
                          sizeof *authority->templates);
        if (authority->templates == NULL)
            return SIGNET_NO_MEMORY;
        status = ca_pool_text(&ca->pool, call, generation, &authority->published.generation);
        if (status == SIGNET_OK)
            status = ca_pool_text(&ca->pool, call, key_id, &authority->published.key_id);
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->profile_count; i++)
        status = ca_profile_compile(&ca->pool, call, &ca->profiles[i], authority);
    return status;
}

static int is_gone(const ca_generation_t *item)
{
    return ca_generation_is(item, CA_KEY_DESTROYED) || ca_generation_is(item, CA_KEY_DESTROYING);
}

/* An authority with a further key, from its record. */
static int32_t load(ca_t *ca, signet_call_t *call, ca_authority_t *home,
                    const ca_generation_t *item, ca_authority_t **loaded)
{
    const signet_x509_t *x509 = NULL;
    ca_authority_t *authority = ca_pool_alloc(&ca->pool, call, 1, sizeof *authority);
    if (authority == NULL)
        return SIGNET_NO_MEMORY;
    ca_lineage_copy(home, item->number, item->key_uri, authority);
    atomic_store(&authority->key_destroyed, is_gone(item));
    int32_t status = ca_lineage_retype(&ca->pool, call, item->key_type, authority);
    if (status == SIGNET_OK)
        status = signet_x509_parse(call, item->certificate, &x509);
    if (status == SIGNET_OK)
        status = ca_authority_check(call, authority, x509);
    if (status == SIGNET_OK)
        status = ca_authority_activate(&ca->pool, call, authority, x509);
    if (status == SIGNET_OK)
        status = ca_lineage_equip(ca, call, authority);
    *loaded = authority;
    if (status != SIGNET_OK)
        ca_authority_free(authority);
    return status;
}

/* What was read lives in the arena; a lineage in the pool. */
static int32_t keep(ca_t *ca, signet_call_t *call, const ca_generation_t *read,
                    ca_generation_t *item)
{
    *item = *read;
    int32_t status = ca_pool_text(&ca->pool, call, read->state, &item->state);
    if (status == SIGNET_OK)
        status = ca_pool_text(&ca->pool, call, read->key_uri, &item->key_uri);
    if (status == SIGNET_OK)
        status = ca_pool_text(&ca->pool, call, read->key_type, &item->key_type);
    if (status == SIGNET_OK)
        status = ca_pool_text(&ca->pool, call, read->reason, &item->reason);
    if (status == SIGNET_OK)
        status = ca_pool_text(&ca->pool, call, read->evidence, &item->evidence);
    if (status == SIGNET_OK)
        status = ca_pool_bytes(&ca->pool, call, read->public_key, &item->public_key);
    if (status == SIGNET_OK)
        status = ca_pool_bytes(&ca->pool, call, read->certificate, &item->certificate);
    if (status == SIGNET_OK)
        status = ca_pool_bytes(&ca->pool, call, read->old_with_new, &item->old_with_new);
    if (status == SIGNET_OK)
        status = ca_pool_bytes(&ca->pool, call, read->new_with_old, &item->new_with_old);
    return status;
}

/* The first key has no record until something happens to it. */
static int32_t complete(signet_call_t *call, ca_generation_t **items, uint64_t *count)
{
    for (uint64_t i = 0; i < *count; i++) {
        if ((*items)[i].number == 1)
            return SIGNET_OK;
    }
    ca_generation_t *longer = signet_alloc(call, *count + 1, sizeof *longer);
    if (longer == NULL)
        return SIGNET_NO_MEMORY;
    uint64_t at = 0;
    if (*count > 0 && (*items)[0].number == 0)
        longer[at++] = (*items)[0];
    longer[at++] = (ca_generation_t){.number = 1, .state = SIGNET_TEXT(CA_KEY_ACTIVE)};
    for (uint64_t i = at - 1; i < *count; i++)
        longer[at++] = (*items)[i];
    *items = longer;
    *count += 1;
    return SIGNET_OK;
}

/* The key that issues; where none does, the last that did. */
static ca_authority_t *issuing(const ca_lineage_t *lineage, ca_authority_t *home)
{
    const ca_generation_t *active = ca_lineage_in(lineage, CA_KEY_ACTIVE);
    if (active != NULL && active->authority != NULL)
        return active->authority;
    for (uint64_t i = lineage->count; i > 0; i--) {
        const ca_generation_t *item = &lineage->items[i - 1];
        if (item->authority != NULL && item->activated != 0)
            return item->authority;
    }
    return home;
}

static int32_t build(ca_t *ca, signet_call_t *call, ca_authority_t *home,
                     const ca_generation_t *read, uint64_t count, const ca_lineage_t *former,
                     ca_lineage_t *lineage)
{
    ca_generation_t *items = ca_pool_alloc(&ca->pool, call, count, sizeof *items);
    if (items == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = SIGNET_OK;
    lineage->state = SIGNET_TEXT(SIGNET_AUTHORITY_ACTIVE);
    lineage->items = items;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        ca_generation_t item;
        status = keep(ca, call, &read[i], &item);
        if (status != SIGNET_OK)
            break;
        if (item.number == 0) {
            lineage->state = item.state;
            lineage->reason = item.reason;
            lineage->since = item.created;
            lineage->state_version = item.version;
            continue;
        }
        const ca_generation_t *known = former != NULL ? ca_lineage_find(former, item.number) : NULL;
        if (item.number == 1)
            item.authority = home;
        else if (known != NULL && known->authority != NULL)
            item.authority = known->authority;
        else if (item.certificate.length > 0)
            status = load(ca, call, home, &item, &item.authority);
        if (status == SIGNET_OK && item.authority != NULL && is_gone(&item))
            atomic_store(&item.authority->key_destroyed, 1);
        items[lineage->count++] = item;
    }
    lineage->issuing = issuing(lineage, home);
    return status;
}

int32_t ca_lineage_look(ca_t *ca, signet_call_t *call, ca_authority_t *authority)
{
    ca_generation_t *items = NULL;
    uint64_t count = 0;
    if (!ca->generations_stored || authority->certificate.length > 0)
        return SIGNET_OK;
    int32_t status = ca_generation_read(ca, call, authority->name, &items, &count);
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        if (items[i].number == 1)
            atomic_store(&authority->key_destroyed, is_gone(&items[i]));
    }
    return status;
}

int32_t ca_lineage_refresh(ca_t *ca, signet_call_t *call, ca_authority_t *authority)
{
    ca_authority_t *home = authority->home;
    ca_generation_t *items = NULL;
    uint64_t count = 0;
    uint64_t revision = 1;
    int32_t status = SIGNET_OK;
    if (ca->generations_stored)
        status = ca_generation_read(ca, call, home->name, &items, &count);
    for (uint64_t i = 0; i < count; i++)
        revision += items[i].version;
    const ca_lineage_t *former = ca_lineage(home);
    if (status != SIGNET_OK || (former != NULL && former->revision >= revision))
        return status;
    ca_lineage_t *lineage = ca_pool_alloc(&ca->pool, call, 1, sizeof *lineage);
    if (lineage == NULL)
        return SIGNET_NO_MEMORY;
    lineage->revision = revision;
    status = complete(call, &items, &count);
    if (status == SIGNET_OK)
        status = build(ca, call, home, items, count, former, lineage);
    if (status != SIGNET_OK)
        return status;
    /* Another thread may have been faster, with the same or with newer records. */
    while (former == NULL || former->revision < revision) {
        if (atomic_compare_exchange_weak(&home->lineage, &former, lineage))
            break;
    }
    return SIGNET_OK;
}

int32_t ca_lineage_job(void *instance, signet_call_t *call)
{
    ca_t *ca = instance;
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->authority_count; i++) {
        if (ca_lineage(&ca->authorities[i]) == NULL)
            continue;
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return SIGNET_NO_MEMORY;
        if (ca_lineage_refresh(ca, child, &ca->authorities[i]) != SIGNET_OK)
            status = signet_error_pass(call, child);
        call->services->end(child);
    }
    return status;
}

void ca_lineage_free(ca_authority_t *authority)
{
    const ca_lineage_t *lineage = ca_lineage(authority);
    for (uint64_t i = 0; lineage != NULL && i < lineage->count; i++) {
        if (lineage->items[i].authority != NULL && lineage->items[i].authority != authority)
            ca_authority_free(lineage->items[i].authority);
    }
    ca_authority_free(authority);
}
