#include "authority/authority_load.h"

#include "authority/lineage.h"
#include "profile/extension.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define CERTIFICATE_FILE_MAX 65536U

int32_t ca_certificate_read(signet_call_t *call, signet_text_t path, const signet_x509_t **x509)
{
    signet_bytes_t file;
    signet_bytes_t der;
    int32_t status = signet_file_read(call, path, CERTIFICATE_FILE_MAX, &file);
    if (status == SIGNET_OK)
        status = signet_pem_decode(call, signet_bytes_text(file), "CERTIFICATE", &der, NULL);
    if (status == SIGNET_OK)
        status = signet_x509_parse(call, der, x509);
    return status;
}

int32_t ca_authority_key(signet_call_t *call, const ca_authority_t *authority,
                         const signet_key_t **key)
{
    if (authority->keys.length == 0)
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.offline",
                           "the authority \"%.*s\" has no keys configured; set its option \"keys\"",
                           SIGNET_FORMAT(authority->name));
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), authority->keys);
    if (provider == NULL)
        return signet_status(call);
    const signet_key_interface_t *keys = provider->interface;
    return keys->find(provider->instance, call, authority->key, key);
}

static int32_t refuse(signet_call_t *call, const ca_authority_t *authority, const char *why)
{
    return signet_fail(call, SIGNET_INVALID, "authority.certificate",
                       "the certificate of the authority \"%.*s\" (%.*s) %s",
                       SIGNET_FORMAT(authority->name), SIGNET_FORMAT(authority->path), why);
}

static int32_t check_issuer(signet_call_t *call, const ca_authority_t *authority,
                            const signet_x509_t *x509)
{
    const ca_authority_t *parent =
        authority->parent != NULL ? ca_lineage_issuer(authority->parent, x509) : NULL;
    signet_public_key_t key = x509->key;
    signet_bytes_t issuer = x509->subject;
    if (parent != NULL) {
        if (parent->certificate.length == 0)
            return refuse(call, authority, "cannot be checked: its parent has no certificate yet");
        int32_t status = signet_public_key_parse(call, parent->spki, &key);
        if (status != SIGNET_OK)
            return status;
        issuer = parent->subject;
    }
    if (!signet_bytes_equal(x509->issuer, issuer))
        return refuse(call, authority, "was not issued by its configured parent");
    int32_t status = signet_verify(call, &key, x509->algorithm, x509->tbs, x509->signature);
    if (status == SIGNET_DENIED) {
        call->services->clear(call);
        return refuse(call, authority, "carries a signature that its parent's key did not make");
    }
    return status;
}

/* Critical extensions that are understood here (RFC 5280, 4.2: others must be refused). */
static int is_understood(signet_bytes_t oid)
{
    const signet_bytes_t known[] = {
        ca_oid_basic_constraints, ca_oid_key_usage,          ca_oid_name_constraints,
        ca_oid_policies,          ca_oid_extended_key_usage, ca_oid_policy_mappings,
        ca_oid_subject_alt_name,  ca_oid_policy_constraints, ca_oid_inhibit_any_policy,
        ca_oid_crl_points,
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (signet_bytes_equal(oid, known[i]))
            return 1;
    }
    return 0;
}

static int32_t check_critical(signet_call_t *call, const ca_authority_t *authority,
                              const signet_x509_t *x509)
{
    for (uint64_t i = 0; i < x509->extension_count; i++) {
        if (x509->extensions[i].critical && !is_understood(x509->extensions[i].oid))
            return refuse(call, authority, "has a critical extension that is not understood here");
    }
    return SIGNET_OK;
}

int32_t ca_authority_check(signet_call_t *call, const ca_authority_t *authority,
                           const signet_x509_t *x509)
{
    if (!x509->is_ca || (x509->key_usage & SIGNET_KEY_USAGE_KEY_CERT_SIGN) == 0)
        return refuse(call, authority, "is not one of an authority (CA:TRUE and keyCertSign)");
    if (x509->attribute_count == 0)
        return refuse(call, authority, "has no subject");
    if (!signet_text_equal(x509->key.type, authority->key_type))
        return refuse(call, authority, "is for a key of another type than its \"key_type\" says");
    int32_t status = check_critical(call, authority, x509);
    if (status == SIGNET_OK)
        status = check_issuer(call, authority, x509);
    if (status == SIGNET_OK && authority->parent != NULL)
        status =
            ca_bounds_check(call, &ca_lineage_issuer(authority->parent, x509)->bounds, x509, 0);
    return status;
}

int32_t ca_authority_check_key(signet_call_t *call, const ca_authority_t *authority,
                               const signet_x509_t *x509, signet_text_t *uri)
{
    const signet_key_t *key = NULL;
    if (ca_authority_key(call, authority, &key) != SIGNET_OK || key == NULL)
        return signet_status(call);
    if (!signet_bytes_equal(key->public_key, x509->key.spki))
        return signet_fail(call, SIGNET_INVALID, "authority.key-mismatch",
                           "the key \"%.*s\" of the authority \"%.*s\" is not the one in its "
                           "certificate %.*s; put the right certificate there or name the right "
                           "key",
                           SIGNET_FORMAT(authority->key), SIGNET_FORMAT(authority->name),
                           SIGNET_FORMAT(authority->path));
    *uri = key->uri;
    return SIGNET_OK;
}

static int32_t find_key(ca_pool_t *pool, signet_call_t *call, ca_authority_t *authority,
                        const signet_x509_t *x509)
{
    signet_text_t uri = {NULL, 0};
    if (authority->keys.length == 0 || atomic_load(&authority->key_destroyed))
        return SIGNET_OK;
    int32_t status = ca_authority_check_key(call, authority, x509, &uri);
    return status == SIGNET_OK ? ca_pool_text(pool, call, uri, &authority->key_uri) : status;
}

int32_t ca_authority_activate(ca_pool_t *pool, signet_call_t *call, ca_authority_t *authority,
                              const signet_x509_t *x509)
{
    signet_text_t subject;
    signet_bytes_t key_id = x509->subject_key_id;
    if (authority->parent != NULL)
        authority->parent = ca_lineage_issuer(authority->parent, x509);
    int32_t status = find_key(pool, call, authority, x509);
    if (status == SIGNET_OK && key_id.length == 0)
        status = ca_key_id(call, &x509->key, &key_id);
    if (status == SIGNET_OK)
        status = signet_name_text(call, x509->attributes, x509->attribute_count, &subject);
    if (status == SIGNET_OK)
        status = ca_bounds_take(pool, call,
                                authority->parent != NULL ? &authority->parent->bounds : NULL, x509,
                                &authority->bounds);
    if (status == SIGNET_OK)
        status = ca_pool_text(pool, call, subject, &authority->subject_text);
    if (status == SIGNET_OK)
        status = ca_pool_bytes(pool, call, x509->subject, &authority->subject);
    if (status == SIGNET_OK)
        status = ca_pool_bytes(pool, call, x509->key.spki, &authority->spki);
    if (status == SIGNET_OK)
        status = ca_pool_bytes(pool, call, key_id, &authority->key_id);
    if (status == SIGNET_OK && authority->verifier == NULL)
        status = signet_verifier_new(call, authority->spki, &authority->verifier);
    authority->not_before = x509->not_before;
    authority->not_after = x509->not_after;
    authority->path_limit = authority->bounds.path_limit;
    /* Last, because it is what makes the authority more than pending. */
    if (status == SIGNET_OK)
        status = ca_pool_bytes(pool, call, x509->der, &authority->certificate);
    return status;
}

int32_t ca_authority_load(ca_pool_t *pool, signet_call_t *call, ca_authority_t *authority)
{
    if (authority->certificate.length > 0 || ca_authority_is(authority, SIGNET_AUTHORITY_EXTERNAL))
        return SIGNET_OK;
    const signet_x509_t *x509 = NULL;
    int32_t status = ca_certificate_read(call, authority->path, &x509);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (status == SIGNET_OK)
        status = ca_authority_check(call, authority, x509);
    if (status == SIGNET_OK)
        status = ca_authority_activate(pool, call, authority, x509);
    return status;
}
