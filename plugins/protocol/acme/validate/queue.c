#include "queue.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

#include "acme.h"
#include "validate.h"

/* So many authorizations are validated, or names looked at, at a time. */
#define JOBS 8U
/* Jobs are woken; this is for what was left by a crash, or while a lane was full. */
#define PERIOD_MS 5000
#define WAITING_MAX 10000U

/* An authorization that waits. */
typedef struct waiting {
    signet_queue_item_t item; /* first */
    acme_t *acme;
    char *directory;
    char *id;
} waiting_t;

static void free_waiting(waiting_t *waiting)
{
    if (waiting != NULL) {
        free(waiting->directory);
        free(waiting->id);
        free(waiting);
    }
}

static int is_same(const signet_queue_item_t *one, const signet_queue_item_t *other)
{
    const waiting_t *first = (const waiting_t *)one;
    const waiting_t *second = (const waiting_t *)other;
    return strcmp(first->id, second->id) == 0 && strcmp(first->directory, second->directory) == 0;
}

static void work(signet_queue_item_t *item, signet_call_t *call)
{
    const waiting_t *waiting = (const waiting_t *)item;
    if (acme_validate(waiting->acme, call, signet_text(waiting->directory),
                      signet_text(waiting->id)) != SIGNET_OK) {
        signet_log_error(waiting->acme->host, call, SIGNET_LOG_WARNING, "acme.validation-failed");
    }
}

static void leave(signet_queue_item_t *item)
{
    free_waiting((waiting_t *)item);
}

static waiting_t *make_waiting(acme_t *acme, signet_text_t directory, signet_text_t id)
{
    waiting_t *waiting = calloc(1, sizeof *waiting);
    if (waiting == NULL) {
        return NULL;
    }
    waiting->item = (signet_queue_item_t){.work = work, .leave = leave, .is_same = is_same};
    waiting->acme = acme;
    waiting->directory = strndup(directory.data, directory.length);
    waiting->id = strndup(id.data, id.length);
    if (waiting->directory == NULL || waiting->id == NULL) {
        free_waiting(waiting);
        return NULL;
    }
    return waiting;
}

signet_queue_t *acme_queue_new(signet_call_t *call, const signet_host_t *host)
{
    const signet_queue_kind_t kind = {.job = "validate",
                                      .jobs = JOBS,
                                      .lane = SIGNET_LANE_OUTBOUND,
                                      .most = WAITING_MAX,
                                      .period_ms = PERIOD_MS};
    return signet_queue_new(call, host, &kind);
}

void acme_queue_put(acme_t *acme, signet_call_t *call, signet_text_t directory, signet_text_t id)
{
    waiting_t *waiting = make_waiting(acme, directory, id);
    if (waiting != NULL && !signet_queue_put(acme->queue, call, &waiting->item)) {
        free_waiting(waiting);
    }
}

/* Finds in the store what is in no queue. */
static int32_t sweep(void *instance, signet_call_t *call)
{
    acme_t *acme = instance;
    return acme_validate_sweep(acme, call);
}

int32_t acme_queue_start(signet_call_t *call, const acme_t *acme)
{
    const signet_job_t job = {.size = sizeof job,
                              .lane = SIGNET_LANE_BACKGROUND,
                              .name = SIGNET_TEXT("sweep"),
                              .period_ms = PERIOD_MS,
                              .run = sweep};
    int32_t status = signet_queue_start(acme->queue, call);
    return status == SIGNET_OK ? acme->host->services->add_job(acme->host, call, &job) : status;
}
