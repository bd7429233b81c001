/* A further key for an authority: made, certified or requested, published, and put in place of the
 * one that issues. Each step is durable before the next, and asked for again it goes on where it
 * ended. */
#include "authority/authority_load.h"
#include "authority/ceremony.h"
#include "authority/lifecycle.h"
#include "issue/prepare.h"
#include "issue/request.h"

#include <signet/ca.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

/* How often a certificate may be begun and left by a crash before somebody must look. */
#define ATTEMPTS 16

/* What a rotation works on. */
typedef struct rotation {
    ca_generation_t item;
    ca_authority_t *next; /* the authority with its further key, as far as it is known */
    const signet_key_t *key;
} rotation_t;

static int32_t check_list(signet_call_t *call, const signet_setting_t *list)
{
    for (uint64_t i = 0; list != NULL && i < list->member_count; i++) {
        const signet_setting_t *url = signet_setting_at(list, i);
        int marked = 0;
        if (!ca_published_check(url->text, &marked) || !marked)
            return signet_setting_fail(call, url, "authority.url-generation",
                                       "\"%.*s\" would stand for two keys; put {generation} or "
                                       "{key-id} into it before the key is rotated",
                                       SIGNET_FORMAT(url->text));
    }
    return SIGNET_OK;
}

/* Two keys must not publish under one name. An OCSP responder alone is told in each request which
 * key is meant (RFC 6960, 4.1.1). */
static int32_t check_published(const ca_lifecycle_t *life, signet_call_t *call)
{
    static const char *const options[] = {"aia_urls", "crl_urls", "freshest_crl_urls"};
    const ca_t *ca = life->ca;
    int32_t status = SIGNET_OK;
    for (size_t i = 0; status == SIGNET_OK && i < sizeof options / sizeof options[0]; i++) {
        status = check_list(call, signet_setting(life->home->setting, options[i]));
        for (uint64_t j = 0; status == SIGNET_OK && j < ca->profile_count; j++) {
            const ca_profile_t *profile = &ca->profiles[j];
            if (!profile->abstract && profile->permitted[life->home->index])
                status = check_list(call, signet_setting(profile->setting, options[i]));
        }
    }
    return status;
}

static uint64_t next_number(const ca_lineage_t *lineage)
{
    uint64_t last = 0;
    for (uint64_t i = 0; i < lineage->count; i++)
        last = lineage->items[i].number > last ? lineage->items[i].number : last;
    return last + 1;
}

/* The authority as it will be with the key; nothing of it outlives the call. */
static int32_t make_next(const ca_lifecycle_t *life, signet_call_t *call, rotation_t *rotation,
                         signet_text_t key)
{
    rotation->next = signet_alloc(call, 1, sizeof *rotation->next);
    if (rotation->next == NULL)
        return SIGNET_NO_MEMORY;
    ca_lineage_copy(life->home, rotation->item.number, key, rotation->next);
    if (rotation->next->parent != NULL)
        rotation->next->parent = ca_authority_now(rotation->next->parent);
    return ca_lineage_retype(&life->ca->pool, call, rotation->item.key_type, rotation->next);
}

/* The name of a further key in the backend, next to that of the first. */
static signet_text_t key_name(signet_call_t *call, const ca_authority_t *home, uint64_t number)
{
    return signet_format(call, "%.*s-g%llu", SIGNET_FORMAT(home->name), (unsigned long long)number);
}

/* Makes the key, and then a record of it. A key that is there without a record was left by a crash
 * between the two, and is taken. */
static int32_t begin(ca_lifecycle_t *life, signet_call_t *call, rotation_t *rotation)
{
    rotation->item = (ca_generation_t){.number = next_number(life->lineage),
                                       .state = SIGNET_TEXT(CA_KEY_REQUESTED),
                                       .key_type = life->change->key_type,
                                       .created = signet_now()};
    signet_text_t name = key_name(call, life->home, rotation->item.number);
    int32_t status = check_published(life, call);
    if (status == SIGNET_OK && name.data == NULL)
        status = SIGNET_NO_MEMORY;
    if (status == SIGNET_OK)
        status = make_next(life, call, rotation, name);
    if (status == SIGNET_OK)
        status = ca_ceremony_key(life->ca, call, rotation->next, &rotation->key);
    if (status == SIGNET_OK && !signet_text_equal(rotation->key->type, rotation->next->key_type))
        status = signet_fail_field(call, SIGNET_CONFLICT, "authority.key-type", "key_type",
                                   "a key \"%.*s\" of the type %.*s is there already; ask for that "
                                   "type, or remove the key",
                                   SIGNET_FORMAT(name), SIGNET_FORMAT(rotation->key->type));
    if (status != SIGNET_OK)
        return status;
    rotation->item.key_uri = rotation->key->uri;
    signet_pair_t fields[] = {
        signet_pair("generation",
                    signet_format(call, "%llu", (unsigned long long)rotation->item.number)),
        signet_pair("key", rotation->key->uri)};
    status = ca_lifecycle_commit(life, call, &rotation->item, 1, NULL, 0,
                                 SIGNET_EVENT_AUTHORITY_ROTATING, fields, 2);
    rotation->item.version = 1;
    return status;
}

/* Goes on with the key that was made before. */
static int32_t go_on(const ca_lifecycle_t *life, signet_call_t *call, const ca_generation_t *item,
                     rotation_t *rotation)
{
    const signet_text_t wanted = life->change->key_type;
    rotation->item = *item;
    if (wanted.length > 0 &&
        !signet_text_equal(wanted,
                           item->key_type.length > 0 ? item->key_type : life->home->key_type))
        return signet_fail_field(call, SIGNET_CONFLICT, "authority.key-type", "key_type",
                                 "a further key of another type is on its way already for the "
                                 "authority \"%.*s\"; go on with it, or destroy it first",
                                 SIGNET_FORMAT(life->home->name));
    int32_t status = make_next(life, call, rotation, item->key_uri);
    return status == SIGNET_OK ? ca_authority_key(call, rotation->next, &rotation->key) : status;
}

typedef int32_t (*sign_t)(ca_t *ca, signet_call_t *call, rotation_t *rotation,
                          ca_authority_t *former, const signet_issue_request_t *request,
                          ca_record_t *record);

static int32_t sign_own(ca_t *ca, signet_call_t *call, rotation_t *rotation, ca_authority_t *former,
                        const signet_issue_request_t *request, ca_record_t *record)
{
    (void)former;
    return ca_ceremony_certify(ca, call, rotation->next, rotation->key, request, record);
}

static int32_t sign_old_with_new(ca_t *ca, signet_call_t *call, rotation_t *rotation,
                                 ca_authority_t *former, const signet_issue_request_t *request,
                                 ca_record_t *record)
{
    return ca_ceremony_link(ca, call, rotation->next, former, request, record);
}

static int32_t sign_new_with_old(ca_t *ca, signet_call_t *call, rotation_t *rotation,
                                 ca_authority_t *former, const signet_issue_request_t *request,
                                 ca_record_t *record)
{
    return ca_ceremony_link(ca, call, former, rotation->next, request, record);
}

/* Has one certificate signed, once: asked for again it is the same. One that a crash left unsigned
 * or unrecorded counts as signed and is listed, and another is made. */
static int32_t sign_once(const ca_lifecycle_t *life, signet_call_t *call, rotation_t *rotation,
                         const char *what, sign_t sign, signet_bytes_t *der)
{
    signet_store_t store;
    int32_t status = ca_store(life->ca, call, &store);
    for (int attempt = 1; status == SIGNET_OK && attempt <= ATTEMPTS; attempt++) {
        ca_record_t *found = NULL;
        ca_record_t made = {0};
        signet_bytes_t digest;
        signet_issue_request_t request = {
            .size = sizeof request,
            .request_id =
                signet_format(call, "rotation/%.*s/%llu/%s/%d", SIGNET_FORMAT(life->home->name),
                              (unsigned long long)rotation->item.number, what, attempt),
            .csr = rotation->key->public_key};
        if (request.request_id.data == NULL)
            return SIGNET_NO_MEMORY;
        status = signet_sha256(call, request.csr, &digest);
        if (status == SIGNET_OK)
            status = ca_request_find(call, &store, &request, digest, &found);
        if (status == SIGNET_CONFLICT) {
            call->services->clear(call);
            status = SIGNET_OK;
            continue;
        }
        if (status == SIGNET_OK && found == NULL)
            status = sign(life->ca, call, rotation, ca_authority_now(life->home), &request, &made);
        if (status == SIGNET_OK)
            *der = found != NULL ? found->certificate.der : made.certificate.der;
        return status;
    }
    return status != SIGNET_OK
               ? status
               : signet_fail(call, SIGNET_CONFLICT, "authority.rotation",
                             "the certificate for the further key of the authority \"%.*s\" was "
                             "begun too often and never finished; revoke what is abandoned and "
                             "destroy that key",
                             SIGNET_FORMAT(life->home->name));
}

/* A root's two keys vouch for each other, so that who trusts one of them finds the way. */
static int32_t link_keys(const ca_lifecycle_t *life, signet_call_t *call, rotation_t *rotation)
{
    const signet_x509_t *x509 = NULL;
    int32_t status = signet_x509_parse(call, rotation->item.certificate, &x509);
    if (status == SIGNET_OK)
        status = ca_authority_activate(&life->ca->pool, call, rotation->next, x509);
    if (status == SIGNET_OK)
        status = sign_once(life, call, rotation, "old-with-new", sign_old_with_new,
                           &rotation->item.old_with_new);
    if (status == SIGNET_OK)
        status = sign_once(life, call, rotation, "new-with-old", sign_new_with_old,
                           &rotation->item.new_with_old);
    return status;
}

static int32_t publish(ca_lifecycle_t *life, signet_call_t *call, rotation_t *rotation)
{
    const signet_x509_t *x509 = NULL;
    int32_t status = signet_x509_parse(call, rotation->item.certificate, &x509);
    if (status != SIGNET_OK)
        return status;
    rotation->item.state = SIGNET_TEXT(CA_KEY_PREPUBLISHED);
    signet_pair_t fields[] = {
        signet_pair("generation",
                    signet_format(call, "%llu", (unsigned long long)rotation->item.number)),
        signet_pair("serial", signet_hex(call, x509->serial)),
        signet_pair("key", rotation->item.key_uri)};
    return ca_lifecycle_commit(life, call, &rotation->item, 1, NULL, 0,
                               SIGNET_EVENT_AUTHORITY_PREPUBLISHED, fields, 3);
}

/* Whether who certifies the authority can do so here and now. */
static int is_certifiable(const ca_lifecycle_t *life, signet_call_t *call,
                          const rotation_t *rotation)
{
    ca_authority_t *issuer = rotation->next->parent;
    /* The keys before are not used any more: a root's new key signs its certificate alone. */
    if (issuer == NULL && ca_lifecycle_is(life, SIGNET_AUTHORITY_COMPROMISED))
        return 1;
    if (issuer == NULL)
        issuer = ca_authority_now(life->home);
    /* A parent of another tenant is that one's to use: it gets a request, as if it were elsewhere.
     */
    if (!signet_text_equal(issuer->tenant, life->home->tenant))
        return 0;
    if (ca_authority_ready(call, issuer, signet_now()) == SIGNET_OK)
        return 1;
    call->services->clear(call);
    return 0;
}

static int32_t certify(ca_lifecycle_t *life, signet_call_t *call, rotation_t *rotation)
{
    int links =
        rotation->next->parent == NULL && !ca_lifecycle_is(life, SIGNET_AUTHORITY_COMPROMISED);
    if (!is_certifiable(life, call, rotation))
        return ca_ceremony_csr(life->ca, call, rotation->next, rotation->key, &life->request);
    int32_t status =
        sign_once(life, call, rotation, "certificate", sign_own, &rotation->item.certificate);
    if (status == SIGNET_OK && links)
        status = link_keys(life, call, rotation);
    return status == SIGNET_OK ? publish(life, call, rotation) : status;
}

static int32_t check_rotatable(const ca_lifecycle_t *life, signet_call_t *call)
{
    if (!ca_lifecycle_is(life, SIGNET_AUTHORITY_ACTIVE) &&
        !ca_lifecycle_is(life, SIGNET_AUTHORITY_COMPROMISED))
        return ca_lifecycle_refuse(life, call, "is not in service, so that its key is not rotated");
    if (ca_lineage_in(life->lineage, CA_KEY_PREPUBLISHED) != NULL)
        return ca_lifecycle_refuse(life, call,
                                   "has a further key that is published already; activate or "
                                   "destroy that one first");
    return SIGNET_OK;
}

int32_t ca_lifecycle_rotate_check(const ca_lifecycle_t *life, signet_call_t *call,
                                  signet_text_t *name)
{
    *name = key_name(call, life->home, next_number(life->lineage));
    return name->data == NULL ? SIGNET_NO_MEMORY : check_published(life, call);
}

int32_t ca_lifecycle_rotate(ca_lifecycle_t *life, signet_call_t *call)
{
    const ca_generation_t *open = ca_lineage_in(life->lineage, CA_KEY_REQUESTED);
    rotation_t rotation = {.next = NULL};
    int32_t status = ca_authority_local(call, life->home);
    if (status != SIGNET_OK)
        return status;
    status = check_rotatable(life, call);
    if (status != SIGNET_OK)
        return status;
    status = open != NULL ? go_on(life, call, open, &rotation) : begin(life, call, &rotation);
    if (status == SIGNET_OK && rotation.next != NULL)
        status = certify(life, call, &rotation);
    if (rotation.next != NULL)
        ca_authority_free(rotation.next);
    return status;
}

/* A further key of an authority whose keys are elsewhere: all that is known here of it is its
 * certificate. */
static int32_t adopt(const ca_lifecycle_t *life, signet_call_t *call, const signet_x509_t *x509,
                     rotation_t *rotation)
{
    rotation->item = (ca_generation_t){
        .number = next_number(life->lineage), .key_type = x509->key.type, .created = signet_now()};
    int32_t status = check_rotatable(life, call);
    if (status == SIGNET_OK && ca_lineage_has_key(life->home, x509->key.spki))
        return ca_lifecycle_refuse(life, call, "has this key already");
    if (status == SIGNET_OK)
        status = check_published(life, call);
    if (status == SIGNET_OK)
        status = ca_prepare_blocked(life->ca, call, &x509->key);
    return status == SIGNET_OK ? make_next(life, call, rotation, (signet_text_t){NULL, 0}) : status;
}

int32_t ca_lifecycle_import(ca_lifecycle_t *life, signet_call_t *call)
{
    const ca_generation_t *open = ca_lineage_in(life->lineage, CA_KEY_REQUESTED);
    rotation_t rotation = {.next = NULL};
    const signet_x509_t *x509 = NULL;
    signet_text_t uri;
    int elsewhere = life->home->keys.length == 0;
    if (open == NULL && !elsewhere)
        return ca_lifecycle_refuse(life, call, "waits for no certificate; rotate its key first");
    int32_t status = signet_x509_parse(call, life->change->certificate, &x509);
    if (status == SIGNET_OK)
        status =
            elsewhere ? adopt(life, call, x509, &rotation) : go_on(life, call, open, &rotation);
    if (status == SIGNET_OK)
        status = ca_authority_check(call, rotation.next, x509);
    if (status == SIGNET_OK && !elsewhere)
        status = ca_authority_check_key(call, rotation.next, x509, &uri);
    if (status == SIGNET_OK && !signet_bytes_equal(x509->subject, life->home->subject))
        status = signet_fail_field(call, SIGNET_INVALID, "authority.subject", "certificate",
                                   "the certificate is for another name than that of the authority "
                                   "\"%.*s\"; a further key keeps the name",
                                   SIGNET_FORMAT(life->home->name));
    if (status != SIGNET_OK)
        return status;
    rotation.item.certificate = x509->der;
    return publish(life, call, &rotation);
}

int32_t ca_lifecycle_activate(ca_lifecycle_t *life, signet_call_t *call)
{
    const ca_generation_t *next = ca_lineage_in(life->lineage, CA_KEY_PREPUBLISHED);
    const ca_generation_t *former = ca_lineage_in(life->lineage, CA_KEY_ACTIVE);
    const signet_key_t *key = NULL;
    int64_t now = signet_now();
    int anew = ca_lifecycle_is(life, SIGNET_AUTHORITY_COMPROMISED);
    if ((!ca_lifecycle_is(life, SIGNET_AUTHORITY_ACTIVE) && !anew) || next == NULL ||
        next->authority == NULL || (former == NULL && !anew))
        return ca_lifecycle_refuse(life, call,
                                   "is not in service, or has no published key to activate; "
                                   "rotate its key first");
    if (now < next->authority->not_before || now >= next->authority->not_after)
        return ca_lifecycle_refuse(life, call, "has a further key whose certificate is not valid");
    /* A key that does not answer now would stop all issuance. */
    int32_t status =
        life->home->keys.length > 0 ? ca_authority_key(call, next->authority, &key) : SIGNET_OK;
    if (status != SIGNET_OK)
        return status;
    ca_generation_t items[2] = {ca_lifecycle_state(life, SIGNET_AUTHORITY_ACTIVE), *next};
    if (former != NULL) {
        items[0] = *former;
        items[0].state = SIGNET_TEXT(CA_KEY_RETIRED);
        items[0].retired = now;
    }
    items[1].state = SIGNET_TEXT(CA_KEY_ACTIVE);
    items[1].activated = now;
    signet_pair_t fields[] = {
        signet_pair("generation", signet_format(call, "%llu", (unsigned long long)next->number)),
        signet_pair(
            "former",
            signet_format(call, "%llu", (unsigned long long)(former != NULL ? former->number : 0))),
        signet_pair("comment", life->change->comment)};
    return ca_lifecycle_commit(life, call, items, 2, NULL, 0, SIGNET_EVENT_AUTHORITY_ACTIVATED,
                               fields, 3);
}
