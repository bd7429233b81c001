#include "core/call.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/park.h"
#include "core/registry.h"
#include "core/text.h"

#define DEFAULT_MEMORY_LIMIT (UINT64_C(64) * 1024 * 1024)
#define TRACE_LENGTH 32

typedef struct call call_t;
struct call {
    signet_call_t head; /* first: a signet_call_t is its call_t */
    call_t *root;       /* the call all of its family descends from, which may be itself */
    core_registry_t *registry;
    core_arena_t arena;
    uint64_t memory_limit;
    const signet_error_t *error; /* &stored_error, &no_memory, or NULL */
    signet_error_t stored_error;
    const signet_actor_t *actor; /* NULL: nobody yet */
    signet_text_t tenant;
    char trace[TRACE_LENGTH];
    int64_t deadline; /* monotonic; INT64_MAX: none */
    int may_set_tenant;
    core_park_t park;
    atomic_int cancelled; /* of the root alone */
    atomic_int shielded;  /* of the root alone */
};

static const signet_error_t no_memory = {
    .size = sizeof(signet_error_t),
    .status = SIGNET_NO_MEMORY,
    .reason = SIGNET_TEXT_INIT("call.no-memory"),
    .message = SIGNET_TEXT_INIT("the request needs more memory than it may have: make it smaller"),
};

static const signet_actor_t nobody = {.size = sizeof(signet_actor_t)};

static call_t *call_of(signet_call_t *call)
{
    return (call_t *)(void *)call;
}

static void *call_alloc(signet_call_t *head, uint64_t length)
{
    call_t *call = call_of(head);
    void *data = core_arena_alloc(&call->arena, length);
    if (!data && !call->error)
        call->error = &no_memory;
    return data;
}

void *core_call_alloc_locked(signet_call_t *head, uint64_t length)
{
    call_t *call = call_of(head);
    void *data = core_arena_alloc_locked(&call->arena, length);
    if (!data && !call->error)
        call->error = &no_memory;
    return data;
}

/* Copies into the arena; 0 when there is no memory. */
static int copy_text(call_t *call, signet_text_t *to, signet_text_t from)
{
    *to = (signet_text_t){NULL, 0};
    if (from.length == 0)
        return 1;
    char *data = core_arena_alloc(&call->arena, from.length);
    if (!data)
        return 0;
    memcpy(data, from.data, from.length);
    *to = (signet_text_t){data, from.length};
    return 1;
}

static int32_t call_fail(signet_call_t *head, const signet_error_t *error)
{
    call_t *call = call_of(head);
    if (call->error)
        return error->status;
    signet_error_t *stored = &call->stored_error;
    *stored = (signet_error_t){.size = sizeof *stored, .status = error->status};
    if (SIGNET_HAS(error, retry_after_ms))
        stored->retry_after_ms = error->retry_after_ms;
    if ((SIGNET_HAS(error, reason.length) && !copy_text(call, &stored->reason, error->reason)) ||
        (SIGNET_HAS(error, message.length) && !copy_text(call, &stored->message, error->message)) ||
        (SIGNET_HAS(error, detail.length) && !copy_text(call, &stored->detail, error->detail)) ||
        (SIGNET_HAS(error, field.length) && !copy_text(call, &stored->field, error->field)))
        call->error = &no_memory;
    else
        call->error = stored;
    return call->error->status;
}

static const signet_error_t *call_error(signet_call_t *head)
{
    return call_of(head)->error;
}

static void call_clear(signet_call_t *head)
{
    call_of(head)->error = NULL;
}

static const signet_actor_t *call_actor(signet_call_t *head)
{
    const signet_actor_t *actor = call_of(head)->actor;
    return actor ? actor : &nobody;
}

/* A copy in the arena, or NULL. */
static const signet_actor_t *copy_actor(call_t *call, const signet_actor_t *from)
{
    signet_actor_t *to = core_arena_alloc(&call->arena, sizeof *to);
    if (!to)
        return NULL;
    to->size = sizeof *to;
    if ((SIGNET_HAS(from, id.length) && !copy_text(call, &to->id, from->id)) ||
        (SIGNET_HAS(from, name.length) && !copy_text(call, &to->name, from->name)) ||
        (SIGNET_HAS(from, method.length) && !copy_text(call, &to->method, from->method)) ||
        (SIGNET_HAS(from, tenant.length) && !copy_text(call, &to->tenant, from->tenant)) ||
        (SIGNET_HAS(from, person.length) && !copy_text(call, &to->person, from->person)))
        return NULL;
    if (!SIGNET_HAS(from, grant_count) || !from->grants)
        return to;
    signet_grant_t *grants = core_arena_alloc(&call->arena, from->grant_count * sizeof *grants);
    if (!grants)
        return NULL;
    for (uint64_t index = 0; index < from->grant_count; index++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, from->grants, index);
        grants[index].size = sizeof *grants;
        if ((SIGNET_HAS(grant, role.length) &&
             !copy_text(call, &grants[index].role, grant->role)) ||
            (SIGNET_HAS(grant, authority.length) &&
             !copy_text(call, &grants[index].authority, grant->authority)) ||
            (SIGNET_HAS(grant, profile.length) &&
             !copy_text(call, &grants[index].profile, grant->profile)) ||
            (SIGNET_HAS(grant, names.length) &&
             !copy_text(call, &grants[index].names, grant->names)))
            return NULL;
    }
    to->grants = grants;
    to->grant_count = from->grant_count;
    return to;
}

static int32_t call_set_actor(signet_call_t *head, const signet_actor_t *actor)
{
    call_t *call = call_of(head);
    if (call->actor)
        return core_fail(head, SIGNET_CONFLICT, "call.actor-set",
                         "the actor of this call is set already and cannot change");
    const signet_actor_t *copy = copy_actor(call, actor);
    if (!copy)
        return call_fail(head, &no_memory);
    call->actor = copy;
    /* An actor of one tenant works for that tenant unless the call was made for one. */
    if (call->tenant.length == 0)
        call->tenant = copy->tenant;
    return SIGNET_OK;
}

static signet_text_t call_tenant(signet_call_t *head)
{
    return call_of(head)->tenant;
}

static signet_text_t call_trace(signet_call_t *head)
{
    signet_text_t trace = {call_of(head)->trace, TRACE_LENGTH};
    return trace;
}

static int64_t call_remaining(signet_call_t *head)
{
    const call_t *call = call_of(head);
    if (call->deadline == INT64_MAX)
        return INT64_MAX;
    int64_t left = call->deadline - core_clock_monotonic();
    return left > 0 ? left : 0;
}

static int32_t call_check(signet_call_t *head)
{
    const call_t *root = call_of(head)->root;
    if (atomic_load_explicit(&root->shielded, memory_order_relaxed))
        return SIGNET_OK;
    if (atomic_load_explicit(&root->cancelled, memory_order_relaxed))
        return core_fail(head, SIGNET_CANCELLED, "call.cancelled",
                         "the client went away before its request was done");
    if (call_remaining(head) == 0)
        return core_fail(head, SIGNET_TIMEOUT, "call.timeout",
                         "the request took longer than it may: try again later");
    return SIGNET_OK;
}

static void call_shield(signet_call_t *head)
{
    atomic_store_explicit(&call_of(head)->root->shielded, 1, memory_order_relaxed);
}

static const signet_call_services_t call_services;

/* A call in the first chunk of its own arena. */
static call_t *new_call(uint64_t memory_limit)
{
    core_arena_t arena = {.limit = UINT64_MAX};
    call_t *call = core_arena_alloc(&arena, sizeof *call);
    if (!call)
        return NULL;
    call->head.size = sizeof call->head;
    call->head.services = &call_services;
    call->root = call;
    call->arena = arena;
    call->arena.taken = 0;
    call->arena.limit = memory_limit;
    call->memory_limit = memory_limit;
    return call;
}

static void free_call(call_t *call)
{
    core_arena_t arena = call->arena;
    core_arena_free(&arena);
}

static signet_call_t *call_child(signet_call_t *head)
{
    call_t *parent = call_of(head);
    call_t *child = new_call(parent->memory_limit);
    if (!child) {
        call_fail(head, &no_memory);
        return NULL;
    }
    child->root = parent->root;
    child->registry = parent->registry;
    child->actor = parent->actor;
    child->tenant = parent->tenant;
    memcpy(child->trace, parent->trace, TRACE_LENGTH);
    child->deadline = parent->deadline;
    child->may_set_tenant = parent->may_set_tenant;
    return &child->head;
}

static void call_end(signet_call_t *head)
{
    free_call(call_of(head));
}

static const signet_provider_t *call_find(signet_call_t *head, signet_text_t interface,
                                          signet_text_t name)
{
    const call_t *call = call_of(head);
    uint64_t matches = 0;
    const signet_provider_t *provider =
        call->registry ? core_registry_find(call->registry, interface, name, &matches) : NULL;
    if (provider && matches == 1)
        return provider;
    if (matches > 1)
        core_fail(head, SIGNET_CONFLICT, "instance.ambiguous",
                  "%u instances provide %.*s: name the one to use", (unsigned)matches,
                  CORE_TEXT_ARG(interface));
    else if (name.length)
        core_fail(head, SIGNET_NOT_FOUND, "instance.not-found",
                  "no instance \"%.*s\" provides %.*s: configure one or correct the name",
                  CORE_TEXT_ARG(name), CORE_TEXT_ARG(interface));
    else
        core_fail(head, SIGNET_NOT_FOUND, "instance.not-found",
                  "no instance provides %.*s: configure a plugin that does",
                  CORE_TEXT_ARG(interface));
    return NULL;
}

static const signet_provider_t *const *call_providers(signet_call_t *head, signet_text_t interface,
                                                      uint64_t *count)
{
    const call_t *call = call_of(head);
    *count = 0;
    return call->registry ? core_registry_providers(call->registry, interface, count) : NULL;
}

static int32_t call_set_tenant(signet_call_t *head, signet_text_t tenant)
{
    call_t *call = call_of(head);
    int every = tenant.length == 1 && tenant.data[0] == '*';
    if (!call->may_set_tenant && (call->tenant.length > 0 || every))
        return core_fail(head, SIGNET_DENIED, "call.tenant-fixed",
                         "only jobs of the host and local commands may change their tenant");
    if (!copy_text(call, &call->tenant, tenant))
        return call_fail(head, &no_memory);
    return SIGNET_OK;
}

static void call_pause(signet_call_t *head)
{
    core_park_wait(&call_of(head)->park);
}

static void call_resume(signet_call_t *head)
{
    core_park_wake(&call_of(head)->park);
}

static void call_limit(signet_call_t *head, int64_t duration_ms)
{
    call_t *call = call_of(head);
    int64_t deadline = core_clock_monotonic() + (duration_ms > 0 ? duration_ms : 0);
    if (deadline < call->deadline)
        call->deadline = deadline;
}

static const signet_call_services_t call_services = {
    .size = sizeof(signet_call_services_t),
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
    .end = call_end,
    .find = call_find,
    .providers = call_providers,
    .set_tenant = call_set_tenant,
    .pause = call_pause,
    .resume = call_resume,
    .limit = call_limit,
};

/* Random octets are drawn from the kernel in blocks, so that most traces cost no system call. */
static int fill_trace(char *trace)
{
    static _Thread_local uint8_t pool[512];
    static _Thread_local size_t left;
    if (left < TRACE_LENGTH / 2) {
        if (getrandom(pool, sizeof pool, 0) != (ssize_t)sizeof pool)
            return 0;
        left = sizeof pool;
    }
    left -= TRACE_LENGTH / 2;
    for (size_t index = 0; index < TRACE_LENGTH / 2; index++) {
        uint8_t octet = pool[left + index];
        trace[2 * index] = "0123456789abcdef"[octet >> 4];
        trace[2 * index + 1] = "0123456789abcdef"[octet & 15];
    }
    return 1;
}

/* A trace id of the caller's is taken where it is one: 32 digits, not all zero. */
static int take_trace(char *trace, signet_text_t given)
{
    int significant = 0;
    if (given.length != TRACE_LENGTH)
        return 0;
    for (size_t index = 0; index < TRACE_LENGTH; index++) {
        char digit = given.data[index];
        if (!((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f')))
            return 0;
        significant |= digit != '0';
    }
    memcpy(trace, given.data, TRACE_LENGTH);
    return significant;
}

signet_call_t *core_call_new(const core_call_options_t *options)
{
    call_t *call = new_call(options->memory_limit ? options->memory_limit : DEFAULT_MEMORY_LIMIT);
    if (!call)
        return NULL;
    call->registry = options->registry;
    call->may_set_tenant = options->may_set_tenant;
    call->deadline =
        options->deadline_ms > 0 ? core_clock_monotonic() + options->deadline_ms : INT64_MAX;
    int made = take_trace(call->trace, options->trace) || fill_trace(call->trace);
    made = made && copy_text(call, &call->tenant, options->tenant);
    if (made && options->actor)
        made = call_set_actor(&call->head, options->actor) == SIGNET_OK;
    if (!made) {
        free_call(call);
        return NULL;
    }
    if (call->registry)
        core_registry_hold(call->registry);
    return &call->head;
}

void core_call_free(signet_call_t *call)
{
    if (!call)
        return;
    core_registry_t *registry = call_of(call)->registry;
    free_call(call_of(call));
    if (registry)
        core_registry_release(registry);
}

core_registry_t *core_call_registry(signet_call_t *call)
{
    return call_of(call)->registry;
}

void core_call_cancel(signet_call_t *call)
{
    atomic_store_explicit(&call_of(call)->root->cancelled, 1, memory_order_relaxed);
}

/* printf into the arena; a text without data where there is no memory. */
static signet_text_t format_text(call_t *call, const char *format, va_list arguments)
{
    signet_text_t text = {NULL, 0};
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *data = length < 0 ? NULL : core_arena_alloc(&call->arena, (uint64_t)length + 1);
    if (data) {
        vsnprintf(data, (size_t)length + 1, format, again);
        text.data = data;
        text.length = (uint64_t)length;
    }
    va_end(again);
    return text;
}

int32_t core_fail(signet_call_t *head, int32_t status, const char *reason, const char *format, ...)
{
    call_t *call = call_of(head);
    if (call->error)
        return status;
    va_list arguments;
    va_start(arguments, format);
    signet_text_t message = format_text(call, format, arguments);
    va_end(arguments);
    if (!message.data)
        return call_fail(head, &no_memory);
    /* The reason is a literal of the host, and the message lies in the arena already. */
    call->stored_error = (signet_error_t){.size = sizeof(signet_error_t),
                                          .status = status,
                                          .reason = core_text(reason),
                                          .message = message};
    call->error = &call->stored_error;
    return status;
}

signet_text_t core_format(signet_call_t *head, const char *format, ...)
{
    call_t *call = call_of(head);
    va_list arguments;
    va_start(arguments, format);
    signet_text_t text = format_text(call, format, arguments);
    va_end(arguments);
    if (!text.data && !call->error)
        call->error = &no_memory;
    return text;
}
