#include "sealkey.h"

#include "journal.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_LIMIT 65536U

static int32_t find_or_make(const journal_t *journal, signet_call_t *call, const signet_key_t **key)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), journal->keys);
    if (!provider)
        return signet_status(call);
    const signet_key_interface_t *interface = provider->interface;
    int32_t status = interface->find(provider->instance, call, journal->key, key);
    if (status != SIGNET_NOT_FOUND)
        return status;
    call->services->clear(call);
    const signet_key_request_t request = {.size = sizeof(request),
                                          .purposes = SIGNET_PURPOSE_SEAL,
                                          .name = journal->key,
                                          .type = journal->key_type};
    status = interface->generate(provider->instance, call, &request, key);
    if (status == SIGNET_OK)
        signet_log(journal->host, call, SIGNET_LOG_INFO, "journal.key-generated",
                   "The key %.*s, which seals the journal, was generated.",
                   SIGNET_FORMAT((*key)->uri));
    return status;
}

static int32_t fingerprint_of(signet_call_t *call, signet_bytes_t public_key,
                              signet_text_t *fingerprint)
{
    signet_bytes_t digest;
    int32_t status = signet_sha256(call, public_key, &digest);
    if (status != SIGNET_OK)
        return status;
    *fingerprint = signet_hex(call, digest);
    return fingerprint->data ? SIGNET_OK : signet_status(call);
}

static int32_t record_public(const journal_t *journal, signet_call_t *call, const signet_key_t *key,
                             signet_text_t fingerprint)
{
    signet_store_t store;
    const signet_record_t *record = NULL;
    int32_t status = journal_store(journal, call, &store);
    if (status != SIGNET_OK)
        return status;
    status =
        store.interface->get(store.instance, call, SIGNET_TEXT(JOURNAL_KEYS), fingerprint, &record);
    if (status != SIGNET_NOT_FOUND)
        return status;
    call->services->clear(call);
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_text_t body;
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "uri", key->uri);
    signet_json_text(&writer, "type", key->type);
    signet_json_text(&writer, "public_key", signet_base64(call, key->public_key));
    signet_json_time(&writer, "since", signet_now());
    signet_json_end_object(&writer);
    status = signet_json_finish(&writer, &body);
    if (status != SIGNET_OK)
        return status;
    const signet_change_t change = signet_put(JOURNAL_KEYS, fingerprint, SIGNET_VERSION_ABSENT,
                                              NULL, 0, signet_text_bytes(body));
    return store.interface->commit(store.instance, call, &change, 1);
}

int32_t journal_key_load(journal_t *journal, signet_call_t *call, journal_key_t *key)
{
    const signet_key_t *found = NULL;
    signet_text_t fingerprint;
    if (key->uri)
        return SIGNET_OK;
    int32_t status = find_or_make(journal, call, &found);
    if (status != SIGNET_OK || !found)
        return status;
    signet_text_t algorithm = signet_algorithm_for(found->type);
    if (!(found->purposes & SIGNET_PURPOSE_SEAL) || algorithm.length == 0)
        return signet_fail(call, SIGNET_DENIED, "journal.key",
                           "The key %.*s was not made for seals: name another one in option 'key' "
                           "of the journal.",
                           SIGNET_FORMAT(found->uri));
    status = fingerprint_of(call, found->public_key, &fingerprint);
    if (status == SIGNET_OK)
        status = record_public(journal, call, found, fingerprint);
    if (status != SIGNET_OK)
        return status;
    char *uri = strndup(found->uri.data, found->uri.length);
    key->algorithm = strndup(algorithm.data, algorithm.length);
    if (!uri || !key->algorithm) {
        free(uri);
        free(key->algorithm);
        key->algorithm = NULL;
        return signet_fail_memory(call);
    }
    memcpy(key->fingerprint, fingerprint.data, JOURNAL_FINGERPRINT);
    key->uri = uri;
    return SIGNET_OK;
}

void journal_key_clear(journal_key_t *key)
{
    free(key->uri);
    free(key->algorithm);
    memset(key, 0, sizeof(*key));
}

int32_t journal_key_sign(const journal_t *journal, signet_call_t *call, const journal_key_t *key,
                         signet_bytes_t message, signet_bytes_t *signature)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), journal->keys);
    if (!provider)
        return signet_status(call);
    const signet_key_interface_t *interface = provider->interface;
    const signet_sign_request_t request = {.size = sizeof(request),
                                           .purpose = SIGNET_PURPOSE_SEAL,
                                           .uri = signet_text(key->uri),
                                           .algorithm = signet_text(key->algorithm),
                                           .message = message};
    return interface->sign(provider->instance, call, &request, signature);
}

static int32_t fail_record(signet_call_t *call, signet_text_t fingerprint)
{
    return signet_fail(call, SIGNET_CORRUPT, "journal.key",
                       "The record of the sealing key %.*s is missing or was altered.",
                       SIGNET_FORMAT(fingerprint));
}

int32_t journal_key_public(signet_call_t *call, const signet_store_t *store,
                           signet_text_t fingerprint, signet_bytes_t *public_key)
{
    const signet_record_t *record = NULL;
    const signet_json_t *json = NULL;
    signet_text_t encoded = {NULL, 0};
    signet_text_t found;
    int32_t status = store->interface->get(store->instance, call, SIGNET_TEXT(JOURNAL_KEYS),
                                           fingerprint, &record);
    if (status == SIGNET_OK)
        status = signet_json_parse(call, record->body, RECORD_LIMIT, &json);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, json, "public_key", &encoded);
    if (status == SIGNET_OK)
        status = signet_base64_decode(call, encoded, public_key);
    if (status == SIGNET_OK)
        status = fingerprint_of(call, *public_key, &found);
    if (status == SIGNET_OK && signet_text_equal(found, fingerprint))
        return SIGNET_OK;
    if (status != SIGNET_OK && status != SIGNET_NOT_FOUND && status != SIGNET_INVALID)
        return status;
    call->services->clear(call);
    return fail_record(call, fingerprint);
}
