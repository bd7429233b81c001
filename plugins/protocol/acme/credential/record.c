#include "record.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#include "stored.h"

#define SECRET_MIN 32U
#define PURPOSE "Signet ACME external account binding"

static const signet_field_declaration_t fields[] = {
    SIGNET_FIELD("directory", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("expires", SIGNET_VALUE_TIME, 0),
};

static const signet_collection_t collection = SIGNET_COLLECTION(ACME_CREDENTIALS, 0, 1, fields);

int32_t acme_credential_declare(signet_call_t *call, const signet_store_t *store)
{
    return acme_stored_declare(call, store, &collection, 1);
}

int32_t acme_credential_decode(signet_call_t *call, const signet_record_t *record,
                               acme_credential_t *credential)
{
    const signet_json_t *body = NULL;
    *credential = (acme_credential_t){
        .id = acme_stored_id(record),
        .expires = signet_record_integer(record, "expires"),
        .version = record->version,
    };
    int32_t status = signet_json_parse(call, record->body, ACME_BODY_MAX, &body);
    if (status == SIGNET_OK &&
        (signet_json_get_text(call, body, "name", &credential->name) != SIGNET_OK ||
         signet_json_get_text(call, body, "account", &credential->account) != SIGNET_OK ||
         signet_json_get_text(call, body, "creator", &credential->creator) != SIGNET_OK ||
         signet_json_get_integer(call, body, "created", &credential->created) != SIGNET_OK ||
         signet_json_get_integer(call, body, "revoked", &credential->revoked) != SIGNET_OK)) {
        status = signet_status(call);
    }
    if (status == SIGNET_OK) {
        status = acme_stored_texts(call, signet_json_get(body, "names"), &credential->names,
                                   &credential->name_count);
    }
    if (status == SIGNET_OK) {
        status = acme_stored_texts(call, signet_json_get(body, "profiles"), &credential->profiles,
                                   &credential->profile_count);
    }
    return acme_stored_read(call, status, "credential", credential->id);
}

int32_t acme_credential_get(signet_call_t *call, const acme_t *acme,
                            const acme_directory_t *directory, signet_text_t id,
                            acme_credential_t *credential)
{
    const signet_record_t *record = NULL;
    int32_t status = acme_stored_get(call, acme, ACME_CREDENTIALS, directory->name, id, &record);
    return status == SIGNET_OK ? acme_credential_decode(call, record, credential) : status;
}

int32_t acme_credential_put(signet_call_t *call, const acme_directory_t *directory,
                            const acme_credential_t *credential, signet_change_t *change)
{
    signet_text_t body;
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "name", credential->name);
    signet_json_text(&writer, "account", credential->account);
    signet_json_text(&writer, "creator", credential->creator);
    signet_json_integer(&writer, "created", credential->created);
    signet_json_integer(&writer, "revoked", credential->revoked);
    signet_json_texts(&writer, "names", credential->names, credential->name_count);
    signet_json_texts(&writer, "profiles", credential->profiles, credential->profile_count);
    signet_json_end_object(&writer);
    signet_field_t *values = signet_alloc(call, 2, sizeof *values);
    signet_text_t key = acme_stored_key(call, directory->name, credential->id);
    if (values == NULL || key.data == NULL || signet_json_finish(&writer, &body) != SIGNET_OK) {
        return signet_status(call);
    }
    values[0] = signet_field_text("directory", directory->name);
    values[1] = signet_field_time("expires", credential->expires);
    *change =
        signet_put(ACME_CREDENTIALS, key, credential->version, values, 2, signet_text_bytes(body));
    return SIGNET_OK;
}

int32_t acme_credential_list(signet_call_t *call, const acme_t *acme,
                             const acme_directory_t *directory, uint64_t limit,
                             signet_text_t cursor, const signet_page_t **page)
{
    const signet_field_t value = signet_field_text("directory", directory->name);
    return acme_stored_query(call, acme, ACME_CREDENTIALS, &value, 0, limit, cursor, page);
}

int32_t acme_credential_key(signet_call_t *call, const acme_t *acme,
                            const acme_directory_t *directory, signet_text_t id,
                            signet_bytes_t *key)
{
    signet_bytes_t secret = {NULL, 0};
    if (acme->credential_secret.length == 0) {
        return signet_fail(call, SIGNET_UNSUPPORTED, "acme.no-credentials",
                           "This host has no credentials for external account binding: set the "
                           "option credential_secret of the acme instance.");
    }
    signet_text_t text = signet_format(call, PURPOSE "\n%.*s/%.*s", SIGNET_FORMAT(directory->name),
                                       SIGNET_FORMAT(id));
    int32_t status =
        text.data != NULL
            ? acme->host->services->secret(acme->host, call, acme->credential_secret, &secret)
            : SIGNET_NO_MEMORY;
    if (status == SIGNET_OK && secret.length < SECRET_MIN) {
        return signet_fail(call, SIGNET_INVALID, "acme.credential-secret",
                           "The secret behind credential_secret must have at least %u octets.",
                           SECRET_MIN);
    }
    return status == SIGNET_OK ? signet_hmac_sha256(call, secret, signet_text_bytes(text), key)
                               : status;
}
