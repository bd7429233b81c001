/* Calls without the host. */
#include "runner.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static runner_call_t *of(signet_call_t *call)
{
    return (runner_call_t *)call;
}

/* Appends a zeroed block to the arena, or answers NULL. */
static void *append(runner_call_t *call, uint64_t length)
{
    if (call->count == call->capacity) {
        uint64_t capacity = call->capacity > 0 ? call->capacity * 2 : 32;
        void **blocks = realloc(call->blocks, capacity * sizeof *blocks);
        if (!blocks) {
            return NULL;
        }
        call->blocks = blocks;
        uint64_t *lengths = realloc(call->lengths, capacity * sizeof *lengths);
        if (!lengths) {
            return NULL;
        }
        call->lengths = lengths;
        call->capacity = capacity;
    }
    void *block = calloc(length > 0 ? length : 1, 1);
    if (block) {
        call->blocks[call->count] = block;
        call->lengths[call->count++] = length;
    }
    return block;
}

void *runner_take(signet_call_t *call, uint64_t length)
{
    void *block = append(of(call), length);
    if (!block) {
        runner_die("out of memory");
    }
    return block;
}

signet_text_t runner_take_text(signet_call_t *call, signet_text_t text)
{
    char *copy = runner_take(call, text.length + 1);
    if (text.length > 0) {
        memcpy(copy, text.data, text.length);
    }
    return (signet_text_t){copy, text.length};
}

/* Whether this allocation is the one that the test has chosen to fail. */
static int injected(runner_call_t *call)
{
    uint64_t left = atomic_load(&call->check->fail_alloc);
    while (!call->spared && left > 0) {
        if (atomic_compare_exchange_weak(&call->check->fail_alloc, &left, left - 1)) {
            return left == 1;
        }
    }
    return 0;
}

static int32_t call_fail(signet_call_t *call, const signet_error_t *error)
{
    runner_call_t *self = of(call);
    if (self->failed) {
        return error->status;
    }
    if (error->status >= 0 || !error->reason.data || !error->message.data) {
        runner_die("an error was set without negative status, reason and message");
    }
    self->error = (signet_error_t){
        .size = sizeof(signet_error_t),
        .status = error->status,
        .reason = runner_take_text(call, error->reason),
        .message = runner_take_text(call, error->message),
    };
    if (SIGNET_HAS(error, detail.data)) {
        self->error.detail = runner_take_text(call, error->detail);
    }
    if (SIGNET_HAS(error, field.data)) {
        self->error.field = runner_take_text(call, error->field);
    }
    if (SIGNET_HAS(error, retry_after_ms)) {
        self->error.retry_after_ms = error->retry_after_ms;
    }
    self->failed = 1;
    return error->status;
}

static void *call_alloc(signet_call_t *call, uint64_t length)
{
    void *block = injected(of(call)) ? NULL : append(of(call), length);
    if (!block) {
        signet_fail_memory(call);
    }
    return block;
}

static const signet_error_t *call_error(signet_call_t *call)
{
    return of(call)->failed ? &of(call)->error : NULL;
}

static void call_clear(signet_call_t *call)
{
    of(call)->failed = 0;
}

static const signet_actor_t *call_actor(signet_call_t *call)
{
    return of(call)->actor;
}

static int32_t call_set_actor(signet_call_t *call, const signet_actor_t *actor)
{
    runner_call_t *self = of(call);
    if (self->actor_set) {
        return signet_fail(call, SIGNET_CONFLICT, "call.actor-set",
                           "The call has an actor already: it is set once.");
    }
    signet_actor_t *copy = runner_take(call, sizeof *copy);
    signet_grant_t *grants = runner_take(call, actor->grant_count * sizeof *grants);
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        grants[i] = (signet_grant_t){.size = sizeof *grants,
                                     .role = runner_take_text(call, grant->role),
                                     .authority = runner_take_text(call, grant->authority),
                                     .profile = runner_take_text(call, grant->profile),
                                     .names = runner_take_text(call, grant->names)};
    }
    *copy = (signet_actor_t){.size = sizeof *copy,
                             .id = runner_take_text(call, actor->id),
                             .name = runner_take_text(call, actor->name),
                             .method = runner_take_text(call, actor->method),
                             .tenant = runner_take_text(call, actor->tenant),
                             .grants = grants,
                             .grant_count = actor->grant_count};
    if (SIGNET_HAS(actor, person.length)) {
        copy->person = runner_take_text(call, actor->person);
    }
    self->actor = copy;
    self->actor_set = 1;
    return SIGNET_OK;
}

static signet_text_t call_tenant(signet_call_t *call)
{
    return of(call)->tenant;
}

static int32_t call_set_tenant(signet_call_t *call, signet_text_t tenant)
{
    of(call)->tenant = runner_take_text(call, tenant);
    return SIGNET_OK;
}

static signet_text_t call_trace(signet_call_t *call)
{
    return signet_text(of(call)->trace);
}

static int64_t call_remaining(signet_call_t *call)
{
    int64_t deadline = of(call)->root->deadline;
    if (of(call)->deadline < deadline) {
        deadline = of(call)->deadline;
    }
    if (deadline == INT64_MAX) {
        return INT64_MAX;
    }
    int64_t left = deadline - signet_monotonic();
    return left > 0 ? left : 0;
}

static int32_t call_check(signet_call_t *call)
{
    runner_call_t *root = of(call)->root;
    if (root->shielded) {
        return SIGNET_OK;
    }
    if (atomic_load(&root->cancelled)) {
        return signet_fail(call, SIGNET_CANCELLED, "call.cancelled", "The caller went away.");
    }
    if (call_remaining(call) == 0) {
        return signet_fail(call, SIGNET_TIMEOUT, "call.timeout", "The deadline passed.");
    }
    return SIGNET_OK;
}

static void call_shield(signet_call_t *call)
{
    of(call)->root->shielded = 1;
}

static signet_call_t *call_child(signet_call_t *call)
{
    runner_call_t *parent = of(call);
    if (injected(parent)) {
        signet_fail_memory(call);
        return NULL;
    }
    signet_call_t *child = runner_call_new(parent->check, parent->spared);
    runner_call_t *self = of(child);
    self->root = parent->root;
    self->actor = parent->actor;
    self->actor_set = parent->actor_set;
    self->tenant = parent->tenant;
    self->deadline = parent->deadline;
    memcpy(self->trace, parent->trace, sizeof self->trace);
    return child;
}

static void call_pause(signet_call_t *call)
{
    while (sem_wait(&of(call)->sleep) != 0) {
        continue;
    }
}

static void call_resume(signet_call_t *call)
{
    sem_post(&of(call)->sleep);
}

static void call_limit(signet_call_t *call, int64_t duration_ms)
{
    int64_t deadline = signet_monotonic() + duration_ms;
    if (deadline < of(call)->deadline) {
        of(call)->deadline = deadline;
    }
}

static const signet_call_services_t services = {
    .size = sizeof services,
    .alloc = call_alloc,
    .fail = call_fail,
    .error = call_error,
    .clear = call_clear,
    .actor = call_actor,
    .set_actor = call_set_actor,
    .tenant = call_tenant,
    .trace = call_trace,
    .remaining = call_remaining,
    .check = call_check,
    .shield = call_shield,
    .child = call_child,
    .end = signet_check_call_end,
    .find = runner_find,
    .providers = runner_providers,
    .set_tenant = call_set_tenant,
    .pause = call_pause,
    .resume = call_resume,
    .limit = call_limit,
};

signet_call_t *runner_call_new(signet_check_t *check, int spared)
{
    static const signet_actor_t nobody = {.size = sizeof nobody};
    static _Atomic uint64_t traces;
    runner_call_t *call = calloc(1, sizeof *call);
    if (!call) {
        runner_die("out of memory");
    }
    call->head.size = sizeof call->head;
    call->head.services = &services;
    call->check = check;
    call->root = call;
    call->spared = spared;
    call->actor = &nobody;
    call->tenant = SIGNET_TEXT("");
    call->deadline = INT64_MAX;
    sem_init(&call->sleep, 0, 0);
    snprintf(call->trace, sizeof call->trace, "%032llx",
             (unsigned long long)atomic_fetch_add(&traces, 1) + 1);
    return &call->head;
}

/* One grant for each role of "officer,requester@web". */
static uint64_t read_roles(signet_call_t *call, const char *roles, signet_grant_t *grants)
{
    uint64_t count = 0;
    signet_text_t rest = signet_text(roles);
    while (rest.length > 0) {
        signet_text_t profile;
        signet_text_t role = signet_text_split(rest, ',', &rest);
        role = signet_text_split(role, '@', &profile);
        if (grants) {
            grants[count] = (signet_grant_t){.size = sizeof *grants,
                                             .role = runner_take_text(call, role),
                                             .profile = runner_take_text(call, profile)};
        }
        count++;
    }
    return count;
}

void runner_set_actor(signet_call_t *call, signet_text_t id, signet_text_t method,
                      const char *roles)
{
    uint64_t count = read_roles(call, roles, NULL);
    signet_grant_t *grants = runner_take(call, count * sizeof *grants);
    read_roles(call, roles, grants);
    signet_text_t person;
    id = signet_text_split(id, '|', &person);
    signet_actor_t actor = {.size = sizeof actor,
                            .id = id,
                            .name = id,
                            .person = person,
                            .method = method,
                            .tenant = SIGNET_TEXT(""),
                            .grants = grants,
                            .grant_count = count};
    call_set_actor(call, &actor);
}

signet_call_t *signet_check_call(signet_check_t *check, const char *actor, const char *roles)
{
    signet_call_t *call = runner_call_new(check, 0);
    if (actor && *actor) {
        runner_set_actor(call, signet_text(actor), SIGNET_TEXT("test"), roles);
    }
    return call;
}

void signet_check_call_end(signet_call_t *call)
{
    if (!call) {
        return;
    }
    runner_call_t *self = of(call);
    for (uint64_t i = 0; i < self->count; i++) {
        signet_wipe(self->blocks[i], self->lengths[i]);
        free(self->blocks[i]);
    }
    free(self->blocks);
    free(self->lengths);
    free(self);
}

void signet_check_call_cancel(signet_call_t *call)
{
    atomic_store(&of(call)->root->cancelled, 1);
}

void signet_check_call_deadline(signet_call_t *call, int64_t duration_ms)
{
    of(call)->root->deadline = signet_monotonic() + duration_ms;
}
