#include <pthread.h>
#include <signet/sdk/error.h>
#include <signet/sdk/queue.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

/* One job. Its place in the array is its number. */
typedef struct turn {
    signet_queue_t *queue;
    signet_queue_item_t *item; /* what it works on */
    int busy;                  /* it runs, or was woken */
} turn_t;

typedef struct line {
    signet_queue_item_t *first;
    signet_queue_item_t **last;
    uint64_t length;
} line_t;

struct signet_queue {
    signet_queue_kind_t kind;
    const signet_host_t *host;
    pthread_mutex_t lock; /* of all below */
    line_t awaited;       /* requests wait for these */
    line_t others;
    int closed;
    turn_t turns[];
};

static void empty(line_t *line)
{
    *line = (line_t){.last = &line->first};
}

static void append(line_t *line, signet_queue_item_t *item)
{
    item->next = NULL;
    *line->last = item;
    line->last = &item->next;
    line->length++;
}

static signet_queue_item_t *shift(line_t *line)
{
    signet_queue_item_t *item = line->first;
    if (item != NULL) {
        line->first = item->next;
        line->last = line->first != NULL ? line->last : &line->first;
        line->length--;
    }
    return item;
}

signet_queue_t *signet_queue_new(signet_call_t *call, const signet_host_t *host,
                                 const signet_queue_kind_t *kind)
{
    signet_queue_t *queue = calloc(1, sizeof *queue + kind->jobs * sizeof *queue->turns);
    if (queue == NULL || pthread_mutex_init(&queue->lock, NULL) != 0) {
        free(queue);
        signet_fail_memory(call);
        return NULL;
    }
    queue->kind = *kind;
    queue->host = host;
    empty(&queue->awaited);
    empty(&queue->others);
    for (uint32_t i = 0; i < kind->jobs; i++) {
        queue->turns[i].queue = queue;
    }
    return queue;
}

/* After the last of those that a request waits for their memory may be gone. */
static void let_go(signet_queue_item_t *item)
{
    signet_call_t *waiter = item->waiter;
    if (waiter == NULL) {
        item->leave(item);
    } else if (atomic_fetch_sub(item->pending, 1) == 1) {
        waiter->services->resume(waiter);
    }
}

/* Lets go what the turn worked on and takes the next item; NULL: the job's run is then over. */
static signet_queue_item_t *take(turn_t *turn)
{
    signet_queue_t *queue = turn->queue;
    pthread_mutex_lock(&queue->lock);
    signet_queue_item_t *done = turn->item;
    signet_queue_item_t *taken = shift(&queue->awaited);
    taken = taken != NULL ? taken : shift(&queue->others);
    turn->item = taken;
    turn->busy = taken != NULL;
    pthread_mutex_unlock(&queue->lock);
    if (done != NULL) {
        let_go(done);
    }
    return taken;
}

/* Without memory it is not worked on, which its owner sees. */
static void work(signet_queue_item_t *item, signet_call_t *call)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL) {
        call->services->clear(call);
        return;
    }
    item->work(item, child);
    call->services->end(child);
}

static int32_t run(void *subject, signet_call_t *call)
{
    signet_queue_item_t *item = NULL;
    while ((item = take(subject)) != NULL) {
        work(item, call);
    }
    return SIGNET_OK;
}

static signet_text_t name_of(signet_call_t *call, const signet_queue_t *queue, uint32_t turn)
{
    return signet_format(call, "%s-%u", queue->kind.job, turn + 1);
}

int32_t signet_queue_start(signet_queue_t *queue, signet_call_t *call)
{
    int32_t status = SIGNET_OK;
    for (uint32_t i = 0; status == SIGNET_OK && i < queue->kind.jobs; i++) {
        const signet_job_t job = {.size = sizeof job,
                                  .lane = queue->kind.lane,
                                  .name = name_of(call, queue, i),
                                  .period_ms = queue->kind.period_ms,
                                  .run = run,
                                  .subject = &queue->turns[i]};
        status = job.name.data != NULL ? queue->host->services->add_job(queue->host, call, &job)
                                       : SIGNET_NO_MEMORY;
    }
    return status;
}

static int is_same(const signet_queue_item_t *one, const signet_queue_item_t *other)
{
    return other->is_same == one->is_same && one->is_same(one, other);
}

/* Whether the same one waits or is worked on. The lock is held. */
static int is_known(const signet_queue_t *queue, const signet_queue_item_t *item)
{
    if (item->is_same == NULL) {
        return 0;
    }
    for (uint32_t i = 0; i < queue->kind.jobs; i++) {
        const signet_queue_item_t *other = queue->turns[i].item;
        if (other != NULL && is_same(item, other)) {
            return 1;
        }
    }
    const signet_queue_item_t *other = queue->others.first;
    while (other != NULL && !is_same(item, other)) {
        other = other->next;
    }
    return other != NULL;
}

/* Puts an item into a line and says which job is to be woken: as many as there are for none, where
 * all run and will come to it. 0 where it is not taken. */
static int put(signet_queue_t *queue, line_t *line, signet_queue_item_t *item, uint32_t *turn)
{
    *turn = queue->kind.jobs;
    pthread_mutex_lock(&queue->lock);
    int taken = !queue->closed && line->length < queue->kind.most && !is_known(queue, item);
    if (taken) {
        append(line, item);
        for (*turn = 0; *turn < queue->kind.jobs && queue->turns[*turn].busy;) {
            (*turn)++;
        }
        if (*turn < queue->kind.jobs) {
            queue->turns[*turn].busy = 1;
        }
    }
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

/* Where that fails the job's period does it. */
static void wake(const signet_queue_t *queue, signet_call_t *call, uint32_t turn)
{
    if (turn == queue->kind.jobs) {
        return;
    }
    signet_text_t name = name_of(call, queue, turn);
    if (name.data == NULL ||
        queue->host->services->wake_job(queue->host, call, name) != SIGNET_OK) {
        call->services->clear(call);
    }
}

int signet_queue_put(signet_queue_t *queue, signet_call_t *call, signet_queue_item_t *item)
{
    uint32_t turn = 0;
    int taken = put(queue, &queue->others, item, &turn);
    wake(queue, call, turn);
    return taken;
}

void signet_queue_run(signet_queue_t *queue, signet_call_t *call, signet_queue_item_t *const *items,
                      uint64_t count)
{
    atomic_uint pending;
    atomic_init(&pending, (unsigned)count);
    for (uint64_t i = 0; i < count; i++) {
        items[i]->waiter = call;
        items[i]->pending = &pending;
    }
    for (uint64_t i = 0; i < count; i++) {
        uint32_t turn = 0;
        if (queue->host->mode != SIGNET_MODE_SERVE) {
            work(items[i], call);
        } else if (put(queue, &queue->awaited, items[i], &turn)) {
            wake(queue, call, turn);
        } else {
            let_go(items[i]);
        }
    }
    if (count > 0 && queue->host->mode == SIGNET_MODE_SERVE) {
        call->services->pause(call);
    }
}

void signet_queue_close(signet_queue_t *queue)
{
    signet_queue_item_t *item = NULL;
    do {
        pthread_mutex_lock(&queue->lock);
        queue->closed = 1;
        item = shift(&queue->awaited);
        item = item != NULL ? item : shift(&queue->others);
        pthread_mutex_unlock(&queue->lock);
        if (item != NULL) {
            let_go(item);
        }
    } while (item != NULL);
}

void signet_queue_free(signet_queue_t *queue)
{
    if (queue == NULL) {
        return;
    }
    signet_queue_close(queue);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}
