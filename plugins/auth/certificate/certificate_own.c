#include "certificate_own.h"

#include <signet/auth.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>
#include <string.h>

/* Only a state that is known to be a good one will do. What a retired authority issued is good
 * until it expires; a suspended one is being looked into. */
static int32_t is_accepted(signet_call_t *asking, const signet_provider_t *provider,
                           signet_text_t name, int *accepted)
{
    static const char *const good[] = {SIGNET_AUTHORITY_ACTIVE, SIGNET_AUTHORITY_OFFLINE,
                                       SIGNET_AUTHORITY_RETIRED};
    const signet_ca_interface_t *ca = provider->interface;
    const signet_authority_t *const *all = NULL;
    uint64_t count = 0;
    int32_t status = ca->authorities(provider->instance, asking, &all, &count);
    *accepted = 0;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        for (size_t j = 0; j < sizeof good / sizeof good[0]; j++)
            *accepted |=
                signet_text_equal(all[i]->name, name) && signet_text_is(all[i]->state, good[j]);
    }
    return status;
}

/* The chains of all keys of an authority that certificates may come from; of a CA that knows of one
 * key alone, its chain. */
static int32_t find_chains(signet_call_t *asking, const signet_provider_t *provider,
                           signet_text_t name, const signet_chain_t *const **chains,
                           uint64_t *count)
{
    const signet_ca_interface_t *ca = provider->interface;
    if (SIGNET_HAS(ca, relied_chains))
        return ca->relied_chains(provider->instance, asking, name, chains, count);
    signet_chain_t *only = signet_alloc(asking, 1, sizeof *only);
    const signet_chain_t **list = signet_alloc(asking, 1, sizeof *list);
    if (only == NULL || list == NULL)
        return SIGNET_NO_MEMORY;
    only->size = sizeof *only;
    list[0] = only;
    *chains = list;
    *count = 1;
    return ca->chain(provider->instance, asking, name, &only->certificates,
                     &only->certificate_count);
}

static int32_t digest_chains(signet_call_t *asking, const signet_chain_t *const *chains,
                             uint64_t count, signet_bytes_t *digest)
{
    signet_buffer_t buffer = signet_buffer(asking, 4096);
    signet_bytes_t whole;
    for (uint64_t i = 0; i < count; i++) {
        for (uint64_t j = 0; j < chains[i]->certificate_count; j++)
            signet_buffer_add(&buffer, chains[i]->certificates[j].data,
                              chains[i]->certificates[j].length);
    }
    int32_t status = signet_buffer_bytes(&buffer, &whole);
    return status == SIGNET_OK ? signet_sha256(asking, whole, digest) : status;
}

/* The last of the chain is the anchor; the first must have issued what is accepted. */
static int32_t add_authority(signet_call_t *asking, certificate_trust_t *trust, signet_bytes_t der,
                             int is_first, int is_last)
{
    X509 *certificate = certificate_decode(der);
    if (certificate == NULL)
        return signet_fail(asking, SIGNET_CORRUPT, "certificate.authority-corrupt",
                           "The certificate of an authority cannot be read.");
    int32_t status = is_last ? certificate_trust_anchor(asking, trust, certificate)
                             : certificate_trust_below(asking, trust, certificate);
    if (is_first && status == SIGNET_OK)
        status = certificate_trust_issuer(asking, trust, certificate);
    X509_free(certificate);
    return status;
}

static certificate_trust_t *make(signet_call_t *asking, const signet_chain_t *const *chains,
                                 uint64_t count)
{
    certificate_trust_t *trust = certificate_trust_new(asking);
    int32_t status = trust != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        uint64_t last = chains[i]->certificate_count;
        for (uint64_t j = 0; status == SIGNET_OK && j < last; j++)
            status =
                add_authority(asking, trust, chains[i]->certificates[j], j == 0, j + 1 == last);
    }
    if (status != SIGNET_OK) {
        certificate_trust_release(trust);
        trust = NULL;
    }
    return trust;
}

/* What was made of the same chains before, or a new one in its place. */
static certificate_trust_t *current(signet_call_t *asking, certificate_authority_t *authority,
                                    const signet_chain_t *const *chains, uint64_t count,
                                    signet_bytes_t digest)
{
    certificate_trust_t *trust = NULL;
    pthread_mutex_lock(&authority->lock);
    if (authority->trust == NULL || memcmp(authority->digest, digest.data, digest.length) != 0) {
        certificate_trust_release(authority->trust);
        authority->trust = make(asking, chains, count);
        memcpy(authority->digest, digest.data, digest.length);
    }
    if (authority->trust != NULL)
        trust = certificate_trust_hold(authority->trust);
    pthread_mutex_unlock(&authority->lock);
    return trust;
}

certificate_trust_t *certificate_own_trust(signet_call_t *asking, signet_text_t name,
                                           certificate_authority_t *authority)
{
    const signet_provider_t *provider =
        asking->services->find(asking, SIGNET_TEXT(SIGNET_CA_INTERFACE), name);
    const signet_chain_t *const *chains = NULL;
    uint64_t count = 0;
    int accepted = 0;
    signet_bytes_t digest;
    if (provider == NULL ||
        is_accepted(asking, provider, authority->name, &accepted) != SIGNET_OK || !accepted)
        return NULL;
    /* Without a chain nothing is accepted; a trust that names no issuer would take any. */
    if (find_chains(asking, provider, authority->name, &chains, &count) != SIGNET_OK ||
        count == 0 || digest_chains(asking, chains, count, &digest) != SIGNET_OK)
        return NULL;
    return current(asking, authority, chains, count, digest);
}

static int32_t find_record(signet_call_t *asking, signet_text_t name,
                           const certificate_authority_t *authority, signet_bytes_t serial,
                           const signet_certificate_t **record)
{
    const signet_provider_t *provider =
        asking->services->find(asking, SIGNET_TEXT(SIGNET_INVENTORY_INTERFACE), name);
    if (provider == NULL)
        return signet_status(asking);
    const signet_inventory_interface_t *inventory = provider->interface;
    return inventory->get(provider->instance, asking, authority->name, serial, record);
}

int32_t certificate_own_check(signet_call_t *call, signet_call_t *asking, signet_text_t ca,
                              const certificate_authority_t *authority,
                              certificate_client_t *client, const char **why)
{
    const signet_certificate_t *record = NULL;
    int32_t status = find_record(asking, ca, authority, client->x509->serial, &record);
    if (status == SIGNET_NOT_FOUND || (status == SIGNET_OK && record == NULL)) {
        *why = "the inventory does not have it";
        return 0;
    }
    if (status != SIGNET_OK)
        return call->services->fail(call, asking->services->error(asking));
    /* Another certificate with the same serial number is not the one that was issued. */
    if (!signet_bytes_equal(record->fingerprint, client->fingerprint)) {
        *why = "the inventory has another certificate with this serial number";
        return 0;
    }
    if (!signet_text_is(record->state, SIGNET_CERTIFICATE_VALID)) {
        *why =
            signet_text_is(record->state, SIGNET_CERTIFICATE_HELD) ? "it is held" : "it is revoked";
        return 0;
    }
    client->profile = signet_text_copy(call, record->profile);
    return client->profile.data != NULL || record->profile.length == 0 ? 1 : signet_status(call);
}
