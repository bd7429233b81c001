#include "directory.h"

#include <signet/sdk/setting.h>

#include "validate/persist_record.h"

void acme_directory_issuers(signet_json_writer_t *writer, const acme_directory_t *directory)
{
    const signet_setting_t *names = directory->issuer_domain_names;
    signet_json_begin_array(writer,
                            directory->persist_plain ? "issuer-domain-names" : "issuerDomainNames");
    for (uint64_t i = 0; i < names->member_count; i++) {
        signet_json_text(writer, NULL, SIGNET_AT(signet_setting_t, names->members, i)->text);
    }
    signet_json_end_array(writer);
}

/* What clients need to write a record of dns-persist-01 before there is an order. A key is good for
 * such records as long as it is the account's. */
static void write_persist(signet_json_writer_t *writer, signet_call_t *call,
                          const acme_request_t *request)
{
    acme_directory_issuers(writer, request->directory);
    if (!request->directory->persist_plain) {
        signet_json_text(writer, "accountHashPrefix", acme_persist_prefix(call, request->base));
        signet_json_integer(writer, "keyRotationPeriod", 0);
    }
}

static void write_meta(signet_json_writer_t *writer, signet_call_t *call,
                       const acme_request_t *request)
{
    const acme_directory_t *directory = request->directory;
    signet_json_begin_object(writer, "meta");
    if (directory->terms.length > 0) {
        signet_json_text(writer, "termsOfService", directory->terms);
    }
    if (directory->website.length > 0) {
        signet_json_text(writer, "website", directory->website);
    }
    if (directory->credential_required) {
        signet_json_boolean(writer, "externalAccountRequired", 1);
    }
    if (directory->caa != ACME_CAA_OFF) {
        const signet_setting_t *identities = directory->caa_identities;
        signet_json_begin_array(writer, "caaIdentities");
        for (uint64_t i = 0; i < identities->member_count; i++) {
            signet_json_text(writer, NULL, signet_setting_at(identities, i)->text);
        }
        signet_json_end_array(writer);
    }
    if ((directory->challenges & ACME_DNS_PERSIST_01) != 0) {
        write_persist(writer, call, request);
    }
    if (directory->subdomains) {
        signet_json_boolean(writer, "subdomainAuthAllowed", 1);
    }
    signet_json_begin_object(writer, "profiles");
    for (uint64_t i = 0; i < directory->profiles->member_count; i++) {
        signet_text_t name = SIGNET_AT(signet_setting_t, directory->profiles->members, i)->text;
        signet_json_member(writer, name, name);
    }
    signet_json_end_object(writer);
    signet_json_end_object(writer);
}

int32_t acme_directory_read(void *instance, signet_call_t *call, const signet_request_t *http,
                            signet_exchange_t *exchange)
{
    static const struct {
        const char *name;
        const char *path;
    } resources[] = {
        {"newNonce", "new-nonce"},   {"newAccount", "new-account"},
        {"newOrder", "new-order"},   {"revokeCert", "revoke-cert"},
        {"keyChange", "key-change"}, {"renewalInfo", "renewal-info"},
        {"newAuthz", "new-authz"},
    };
    acme_request_t request;
    int32_t status = acme_request_begin(instance, call, http, exchange, &request);
    if (status != SIGNET_OK) {
        return status;
    }
    signet_json_writer_t writer = signet_json_writer(call, 1024);
    signet_json_begin_object(&writer, NULL);
    for (uint64_t i = 0; i < sizeof resources / sizeof *resources; i++) {
        signet_json_text(&writer, resources[i].name,
                         acme_request_url(call, &request, "%s", resources[i].path));
    }
    write_meta(&writer, call, &request);
    signet_json_end_object(&writer);
    const acme_answer_t answer = {.status = 200};
    return acme_request_answer_json(call, &request, &answer, &writer);
}

int32_t acme_directory_nonce(void *instance, signet_call_t *call, const signet_request_t *http,
                             signet_exchange_t *exchange)
{
    acme_request_t request;
    int32_t status = acme_request_begin(instance, call, http, exchange, &request);
    const acme_answer_t answer = {.status = signet_text_is(http->method, "HEAD") ? 200U : 204U};
    return status == SIGNET_OK
               ? acme_request_answer(call, &request, &answer, (signet_bytes_t){NULL, 0})
               : status;
}
