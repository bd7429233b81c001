/* GET /v1/authorities, /v1/authorities/{name} and its chain. */
#include <signet/sdk/encode.h>

#include "rest.h"
#include "rest_input.h"
#include "rest_media.h"

static void authority_members(signet_json_writer_t *writer, const signet_authority_t *authority)
{
    signet_json_text(writer, "name", authority->name);
    signet_json_text(writer, "kind", authority->kind);
    signet_json_text(writer, "state", authority->state);
    if (authority->parent.length > 0)
        signet_json_text(writer, "parent", authority->parent);
    signet_json_text(writer, "subject", authority->subject);
    signet_json_text(writer, "key_type", authority->key_type);
    if (authority->not_after != 0)
        signet_json_time(writer, "not_after", authority->not_after);
}

static int32_t find_authorities(const rest_t *rest, signet_call_t *call,
                                const signet_request_t *request,
                                const signet_authority_t *const **authorities, uint64_t *count)
{
    rest_ca_t ca;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = rest_find_ca(rest, call, &ca);
    return status == SIGNET_OK ? ca.interface->authorities(ca.instance, call, authorities, count)
                               : status;
}

int32_t rest_list_authorities(void *instance, signet_call_t *call, const signet_request_t *request,
                              signet_exchange_t *exchange)
{
    const signet_authority_t *const *authorities = NULL;
    uint64_t count = 0;
    int32_t status = find_authorities(instance, call, request, &authorities, &count);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 64 + count * 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_array(&writer, "authorities");
    for (uint64_t i = 0; i < count; i++) {
        signet_json_begin_object(&writer, NULL);
        authority_members(&writer, authorities[i]);
        signet_json_end_object(&writer);
    }
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

int32_t rest_get_authority(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    const signet_authority_t *const *authorities = NULL;
    uint64_t count = 0;
    int32_t status = find_authorities(instance, call, request, &authorities, &count);
    if (status != SIGNET_OK)
        return status;
    signet_text_t name = signet_http_parameter(request, 0);
    uint64_t i = 0;
    while (i < count && !signet_text_equal(authorities[i]->name, name))
        i++;
    if (i == count)
        return signet_fail(call, SIGNET_NOT_FOUND, "authority.not-found",
                           "There is no authority \"%.*s\"; GET /v1/authorities lists them.",
                           SIGNET_FORMAT(name));
    signet_json_writer_t writer = signet_json_writer(call, 4096);
    signet_json_begin_object(&writer, NULL);
    authority_members(&writer, authorities[i]);
    if (authorities[i]->certificate.length > 0)
        signet_json_text(&writer, "certificate",
                         signet_pem(call, "CERTIFICATE", authorities[i]->certificate));
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

/* The chain that ends at a root of this name, encoded anew: few ask for it. */
static int32_t find_other_chain(signet_call_t *call, const rest_ca_t *ca, signet_text_t name,
                                signet_text_t root, signet_text_t *text)
{
    const signet_chain_t *const *chains = NULL;
    uint64_t count = 0;
    int32_t status = SIGNET_HAS(ca->interface, chains)
                         ? ca->interface->chains(ca->instance, call, name, &chains, &count)
                         : SIGNET_OK;
    if (status != SIGNET_OK)
        return status;
    for (uint64_t i = 0; i < count; i++) {
        if (!signet_text_equal(chains[i]->root, root))
            continue;
        signet_buffer_t buffer = signet_buffer(call, 8192);
        for (uint64_t j = 0; j < chains[i]->certificate_count; j++)
            signet_buffer_add_text(&buffer,
                                   signet_pem(call, "CERTIFICATE", chains[i]->certificates[j]));
        return signet_buffer_text(&buffer, text);
    }
    return signet_fail_field(call, SIGNET_NOT_FOUND, "authority.root-not-found", "root",
                             "No chain of the authority \"%.*s\" ends at \"%.*s\".",
                             SIGNET_FORMAT(name), SIGNET_FORMAT(root));
}

int32_t rest_get_chain(void *instance, signet_call_t *call, const signet_request_t *request,
                       signet_exchange_t *exchange)
{
    const rest_t *rest = instance;
    rest_ca_t ca;
    signet_text_t chain = {NULL, 0};
    const signet_bytes_t *certificates = NULL;
    uint64_t count = 0;
    static const char *const names[] = {"root"};
    signet_text_t name = signet_http_parameter(request, 0);
    signet_text_t root = signet_http_query(request, "root");
    int32_t status = signet_http_query_only(call, request, names, 1);
    if (status == SIGNET_OK)
        status = rest_find_ca(rest, call, &ca);
    if (status == SIGNET_OK && root.length > 0)
        status = find_other_chain(call, &ca, name, root, &chain);
    if (status == SIGNET_OK && root.length == 0)
        status = ca.interface->chain(ca.instance, call, name, &certificates, &count);
    if (status == SIGNET_OK && root.length == 0)
        status = rest_chains_get(rest->chains, call, ca.number, name, certificates, count,
                                 REST_CHAIN_PEM, &chain);
    if (status != SIGNET_OK)
        return status;
    return signet_http_answer(call, exchange, 200, SIGNET_TEXT(REST_TYPE_PEM),
                              signet_text_bytes(chain), (signet_text_t){NULL, 0});
}
