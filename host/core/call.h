/* Calls: units of work with an arena, an error slot and the identity of who asks. */
#ifndef CORE_CALL_H
#define CORE_CALL_H

#include <signet/call.h>

typedef struct core_registry core_registry_t;

/* What a call begins with. Texts are copied. */
typedef struct core_call_options {
    core_registry_t *registry;   /* where find() looks; NULL: it finds nothing */
    const signet_actor_t *actor; /* NULL: nobody yet */
    signet_text_t tenant;
    signet_text_t trace;   /* 32 hexadecimal digits; empty: a new one */
    int64_t deadline_ms;   /* from now; 0: none */
    uint64_t memory_limit; /* of the arena, octets; 0: 64 MiB */
    int may_set_tenant;    /* 1: a host job or local command */
} core_call_options_t;

/* A new call, or NULL when out of memory. It is pinned to its registry, which it holds until it
 * ends. Any thread. */
signet_call_t *core_call_new(const core_call_options_t *options);
/* `length` zeroed octets for a secret: in the call's arena, but in locked memory. NULL with the
 * error set. */
void *core_call_alloc_locked(signet_call_t *call, uint64_t length);
/* Ends it: wipes and frees the arena. By the thread that uses it, after its children ended. */
void core_call_free(signet_call_t *call);
/* The registry that it is pinned to, or NULL. */
core_registry_t *core_call_registry(signet_call_t *call);
/* Marks it cancelled; from any thread while it lives. */
void core_call_cancel(signet_call_t *call);
/* fail() with a printf message, as the SDK has it for plugins. */
__attribute__((format(printf, 4, 5))) int32_t
core_fail(signet_call_t *call, int32_t status, const char *reason, const char *format, ...);
/* printf into the arena. */
__attribute__((format(printf, 2, 3))) signet_text_t core_format(signet_call_t *call,
                                                                const char *format, ...);

#endif
