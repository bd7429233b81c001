#include "cluster.h"

#include <signet/sdk/error.h>
#include <signet/sdk/name.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

#include "trust.h"

#define ANSWER_MAX (UINT64_C(16) * 1024)
#define CHAIN_MAX 8U

#define OPTION(kind, options, title, ...)                                                          \
    .size = sizeof(signet_option_t), .type = (kind), .flags = (options),                           \
    .name = SIGNET_TEXT_INIT(title), .help = SIGNET_TEXT_INIT(__VA_ARGS__)

static const signet_option_t peer_options[] = {
    {OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "node", "Its name: host.node there.")},
    {OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "url",
            "Where it is reached, https://HOST:PORT.")},
    {OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "certificate_name",
            "The dns name in the certificate that it shows as a client.")},
    {OPTION(SIGNET_OPTION_TEXT, 0, "site",
            "Where it stands; with it the node is a perspective of validations.")},
    {OPTION(SIGNET_OPTION_TEXT, 0, "region", "The region of the world that its site lies in.")},
};

const signet_option_t acme_cluster_options[] = {
    {OPTION(SIGNET_OPTION_TEXT, 0, "site", "Where this node stands.")},
    {OPTION(SIGNET_OPTION_PATH, SIGNET_OPTION_REQUIRED, "roots",
            "File with the certificates, in PEM, that those of other nodes lead to.")},
    {OPTION(SIGNET_OPTION_GROUP, 0, "connection",
            "How other nodes are connected to: with which certificate, trusting whom."),
     SIGNET_OUTBOUND_MEMBERS},
    {OPTION(SIGNET_OPTION_GROUPS, SIGNET_OPTION_REQUIRED, "peers", "The other nodes."),
     .members = peer_options, .member_count = sizeof peer_options / sizeof *peer_options},
};
_Static_assert(sizeof acme_cluster_options / sizeof *acme_cluster_options ==
                   ACME_CLUSTER_OPTION_COUNT,
               "count of options");

struct acme_cluster {
    const signet_host_t *host;
    const signet_setting_t *group;
    acme_peer_t *peers;
    uint64_t count;
    acme_trust_t *roots; /* made at start, like outbound */
    signet_outbound_t *outbound;
};

/* A node that is named twice, or this one; a site that two share is one perspective. */
static int32_t check_peer(signet_call_t *call, const acme_cluster_t *cluster, uint64_t which,
                          const signet_setting_t *group)
{
    const acme_peer_t *peer = &cluster->peers[which];
    int twice = signet_text_equal(peer->node, cluster->host->node);
    int same = peer->site.length > 0 &&
               signet_text_equal(peer->site, signet_setting_text(cluster->group, "site"));
    for (uint64_t i = 0; i < which; i++) {
        twice = twice || signet_text_equal(cluster->peers[i].node, peer->node);
        same = same ||
               (peer->site.length > 0 && signet_text_equal(cluster->peers[i].site, peer->site));
    }
    if (twice || peer->node.length == 0) {
        return signet_setting_fail(call, group, "acme.peer",
                                   "The node %.*s is named twice, or is this one.",
                                   SIGNET_FORMAT(peer->node));
    }
    if (same || (peer->site.length > 0) != (peer->region.length > 0)) {
        return signet_setting_fail(call, group, "acme.peer",
                                   "A perspective has a site of its own, and a region.");
    }
    return signet_text_starts(peer->url, "https://")
               ? SIGNET_OK
               : signet_setting_fail(call, group, "acme.peer",
                                     "Nodes are asked over https alone: write https://HOST:PORT.");
}

int32_t acme_cluster_new(signet_call_t *call, const signet_host_t *host, acme_cluster_t **cluster)
{
    const signet_setting_t *group = signet_setting(host->settings, "cluster");
    uint64_t count = group != NULL ? signet_setting_count(group, "peers") : 0;
    *cluster = NULL;
    if (count == 0) {
        return SIGNET_OK;
    }
    acme_cluster_t *made = calloc(1, sizeof *made);
    acme_peer_t *peers = calloc(count, sizeof *peers);
    if (made == NULL || peers == NULL) {
        free(made);
        free(peers);
        return signet_fail_memory(call);
    }
    *made = (acme_cluster_t){.host = host, .group = group, .peers = peers, .count = count};
    *cluster = made;
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        const signet_setting_t *item = signet_setting_at(signet_setting(group, "peers"), i);
        peers[i] = (acme_peer_t){.node = signet_setting_text(item, "node"),
                                 .url = signet_setting_text(item, "url"),
                                 .name = signet_setting_text(item, "certificate_name"),
                                 .site = signet_setting_text(item, "site"),
                                 .region = signet_setting_text(item, "region")};
        status = check_peer(call, made, i, item);
    }
    return status;
}

int32_t acme_cluster_open(signet_call_t *call, acme_cluster_t *cluster)
{
    if (cluster == NULL) {
        return SIGNET_OK;
    }
    int32_t status =
        acme_trust_open(call, signet_setting(cluster->group, "roots"), &cluster->roots);
    return status == SIGNET_OK ? signet_outbound_open(call, cluster->host,
                                                      signet_setting(cluster->group, "connection"),
                                                      &cluster->outbound)
                               : status;
}

void acme_cluster_free(acme_cluster_t *cluster)
{
    if (cluster != NULL) {
        signet_outbound_close(cluster->outbound);
        acme_trust_free(cluster->roots);
        free(cluster->peers);
        free(cluster);
    }
}

uint64_t acme_cluster_count(const acme_cluster_t *cluster)
{
    return cluster != NULL ? cluster->count : 0;
}

const acme_peer_t *acme_cluster_at(const acme_cluster_t *cluster, uint64_t index)
{
    return &cluster->peers[index];
}

const acme_peer_t *acme_cluster_find(const acme_cluster_t *cluster, signet_text_t node)
{
    for (uint64_t i = 0; i < acme_cluster_count(cluster); i++) {
        if (signet_text_equal(cluster->peers[i].node, node)) {
            return &cluster->peers[i];
        }
    }
    return NULL;
}

/* Whether one of the certificate's dns names is a peer's. */
static int names_peer(signet_call_t *call, const acme_cluster_t *cluster, signet_bytes_t der)
{
    static const uint8_t alternative_name[] = {0x55, 0x1d, 0x11};
    const signet_x509_t *certificate = NULL;
    const signet_general_name_t *names = NULL;
    uint64_t count = 0;
    if (signet_x509_parse(call, der, &certificate) != SIGNET_OK) {
        return 0;
    }
    const signet_extension_t *extension =
        signet_extension_find(certificate->extensions, certificate->extension_count,
                              alternative_name, sizeof alternative_name);
    if (extension == NULL ||
        signet_general_names_parse(call, extension->value, &names, &count) != SIGNET_OK) {
        return 0;
    }
    for (uint64_t i = 0; i < count; i++) {
        for (uint64_t j = 0; names[i].type == 2 && j < cluster->count; j++) {
            if (signet_text_equal_nocase(signet_bytes_text(names[i].value),
                                         cluster->peers[j].name)) {
                return 1;
            }
        }
    }
    return 0;
}

int32_t acme_cluster_admit(signet_call_t *call, const acme_cluster_t *cluster,
                           const signet_request_t *http)
{
    signet_bytes_t certificates[CHAIN_MAX];
    uint64_t count = 0;
    if (cluster != NULL && http->certificate.length > 0) {
        certificates[count++] = http->certificate;
        uint64_t more = SIGNET_HAS(http, chain_count) ? http->chain_count : 0;
        for (uint64_t i = 0; i < more && count < CHAIN_MAX; i++) {
            certificates[count++] = http->chain[i];
        }
        int known = acme_trust_refusal(call, cluster->roots, certificates, count) == NULL &&
                    names_peer(call, cluster, http->certificate);
        call->services->clear(call);
        if (known) {
            return SIGNET_OK;
        }
    }
    return signet_fail(call, SIGNET_DENIED, "acme.peer-unknown",
                       "This is for the other nodes alone, by their certificates.");
}

int32_t acme_cluster_ask(signet_call_t *call, const acme_cluster_t *cluster,
                         const acme_peer_t *peer, const char *path,
                         const signet_json_writer_t *question, int64_t timeout_ms,
                         const signet_json_t **answer)
{
    signet_text_t body;
    const signet_pair_t type = {.size = sizeof type,
                                .name = SIGNET_TEXT_INIT("content-type"),
                                .value = SIGNET_TEXT_INIT("application/json")};
    const signet_outbound_response_t *response = NULL;
    signet_text_t url = signet_format(call, "%.*s%s", SIGNET_FORMAT(peer->url), path);
    int32_t status = signet_json_finish(question, &body);
    if (status != SIGNET_OK || url.data == NULL) {
        return signet_status(call);
    }
    const signet_outbound_request_t request = {.url = url,
                                               .headers = &type,
                                               .header_count = 1,
                                               .body = signet_text_bytes(body),
                                               .timeout_ms = timeout_ms,
                                               .body_limit = ANSWER_MAX};
    status = signet_outbound_send(call, cluster->outbound, &request, &response);
    if (status == SIGNET_OK && response != NULL && response->status != 200) {
        status = signet_fail(call, SIGNET_UNAVAILABLE, "acme.peer",
                             "The node %.*s answered with the status %u.",
                             SIGNET_FORMAT(peer->node), response->status);
    }
    if (status != SIGNET_OK || response == NULL) {
        return status;
    }
    status = signet_json_parse(call, response->body, ANSWER_MAX, answer);
    return status == SIGNET_OK && (*answer)->kind != SIGNET_JSON_OBJECT
               ? signet_fail(call, SIGNET_INVALID, "acme.peer", "The node %.*s answers no object.",
                             SIGNET_FORMAT(peer->node))
               : status;
}
