/* protocol-status: entry, descriptor and wiring. */
#include <errno.h>
#include <signet/key.h>
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "aia/document.h"
#include "crl/file.h"
#include "crl/plan.h"
#include "crl/record.h"
#include "follow.h"
#include "ocsp/cache.h"
#include "ocsp/responder.h"
#include "ocsp/route.h"
#include "option.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Enough for what is then told to be malformed, rather than cut off. */
#define REQUEST_MAX (UINT64_C(2) << 20)

#define ROUTE(verb, where, more, limit, handler)                                                   \
    {                                                                                              \
        .size = sizeof(signet_route_t),                                                            \
        .flags = SIGNET_ROUTE_PUBLIC | SIGNET_ROUTE_INLINE | (more),                               \
        .method = SIGNET_TEXT_INIT(verb), .path = SIGNET_TEXT_INIT(where), .body_limit = (limit),  \
        .handle = (handler),                                                                       \
    }

static const signet_route_t routes[] = {
    ROUTE("POST", "/ocsp", 0, REQUEST_MAX, status_ocsp_post),
    ROUTE("GET", "/ocsp/{request}", SIGNET_ROUTE_REST, 0, status_ocsp_get),
    ROUTE("GET", "/crl/{file}", 0, 0, status_crl_route),
    ROUTE("GET", "/aia/{file}", 0, 0, status_aia_route),
};

int32_t status_source(const status_t *status, signet_call_t *call, status_source_t *source)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_STATUS_INTERFACE), status->ca);
    if (provider == NULL)
        return signet_status(call);
    source->interface = provider->interface;
    source->instance = provider->instance;
    return SIGNET_OK;
}

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    int64_t octets = 0;
    status_t *status = calloc(1, sizeof *status);
    if (status == NULL)
        return signet_fail_memory(call);
    *instance = status;
    status->host = host;
    int32_t done = status_option_read(call, status, &octets);
    if (done != SIGNET_OK)
        return done;
    status->cache = status_cache_new(call, (uint64_t)octets);
    if (status->cache == NULL)
        return signet_status(call);
    return host->services->add_routes(host, call, routes, COUNT(routes));
}

static int32_t add_metrics(status_t *status, signet_call_t *call)
{
    const signet_host_services_t *services = status->host->services;
    const struct {
        const char *name;
        const char *help;
        uint64_t *number;
    } metrics[] = {
        {"signet_status_lists_total", "Revocation lists signed here.", &status->lists_metric},
        {"signet_status_answers_total", "OCSP answers with a signature that were sent.",
         &status->answers_metric},
        {"signet_status_cached_total", "Those of them that had been kept.", &status->cached_metric},
        {"signet_status_busy_total", "Times that too many answers were being signed.",
         &status->busy_metric},
    };
    int32_t done = SIGNET_OK;
    for (size_t i = 0; done == SIGNET_OK && i < COUNT(metrics); i++) {
        const signet_metric_t metric = {.size = sizeof metric,
                                        .kind = SIGNET_METRIC_COUNTER,
                                        .name = signet_text(metrics[i].name),
                                        .help = signet_text(metrics[i].help)};
        done = services->add_metric(status->host, call, &metric, metrics[i].number);
    }
    return done;
}

static const signet_job_t jobs[] = {
    {.size = sizeof(signet_job_t),
     .lane = SIGNET_LANE_BACKGROUND,
     .name = SIGNET_TEXT_INIT("issuers"),
     .period_ms = 5000,
     .run = status_issuers_job},
    {.size = sizeof(signet_job_t),
     .lane = SIGNET_LANE_BACKGROUND,
     .name = SIGNET_TEXT_INIT(STATUS_FOLLOW_JOB),
     .period_ms = 500,
     .run = status_follow_job},
    {.size = sizeof(signet_job_t),
     .lane = SIGNET_LANE_BACKGROUND,
     .name = SIGNET_TEXT_INIT("responders"),
     .period_ms = 5000,
     .run = status_responders_job},
    {.size = sizeof(signet_job_t),
     .lane = SIGNET_LANE_BACKGROUND,
     .name = SIGNET_TEXT_INIT(STATUS_LISTS_JOB),
     .period_ms = 1000,
     .run = status_lists_job},
};

static int32_t make_folder(signet_call_t *call, signet_text_t folder)
{
    const char *path = signet_text_string(call, folder);
    if (path == NULL)
        return signet_status(call);
    if (mkdir(path, 0755) == 0 || errno == EEXIST)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_UNAVAILABLE, "status.folder",
                       "the folder %s cannot be made: %s", path, strerror(errno));
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    status_t *status = instance;
    signet_store_t store;
    status_issuer_t *issuer = NULL;
    int32_t done = signet_store(call, status->store, &store);
    if (done == SIGNET_OK)
        done = status_record_declare(call, &store);
    if (done == SIGNET_OK)
        done = make_folder(call, status->folder);
    if (done == SIGNET_OK)
        done = add_metrics(status, call);
    if (done == SIGNET_OK && status->host->mode == SIGNET_MODE_SERVE)
        done = status_issuers_refresh(status, call);
    for (uint64_t i = 0;
         done == SIGNET_OK && (issuer = status_issuer_at(&status->issuers, i)) != NULL; i++)
        status_file_recall(status, call, issuer);
    for (size_t i = 0; done == SIGNET_OK && i < COUNT(jobs); i++)
        done = status->host->services->add_job(status->host, call, &jobs[i]);
    return done;
}

static void close_instance(void *instance)
{
    status_t *status = instance;
    status_issuers_free(&status->issuers);
    status_cache_free(status->cache);
    free(status);
}

#define NEED(need_kind, id, from)                                                                  \
    {                                                                                              \
        .size = sizeof(signet_need_t), .kind = (need_kind), .interface = SIGNET_TEXT_INIT(id),     \
        .option = SIGNET_TEXT_INIT(from)                                                           \
    }

static const signet_need_t needs[] = {
    NEED(SIGNET_NEED_REQUIRED, SIGNET_STATUS_INTERFACE, "ca"),
    NEED(SIGNET_NEED_REQUIRED, SIGNET_STORE_INTERFACE, "store"),
    NEED(SIGNET_NEED_REQUIRED, SIGNET_JOURNAL_INTERFACE, "journal"),
    NEED(SIGNET_NEED_OPTIONAL, SIGNET_KEY_INTERFACE, "responder_keys"),
};

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("protocol-status"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Revocation lists, OCSP (RFC 6960) and the certificates of "
                                "authorities, for the world."),
    .options = status_options,
    .option_count = STATUS_OPTION_COUNT,
    .needs = needs,
    .need_count = COUNT(needs),
    .open = open_instance,
    .start = start_instance,
    .close = close_instance,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
