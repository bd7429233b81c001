/* The call: one unit of work, usually one request or one run of a job.
 *
 * It carries who asks and how they proved it, for which tenant, a trace id, a deadline, an arena
 * and an error slot. Only the host makes calls. A call is used by one thread at a time. Its head
 * is public so that a plugin can reach the services; everything behind it is the host's.
 *
 * Ownership: whatever a function returns through a call lives in the call's arena until the call
 * ends, and nobody frees it; what must outlive the call is copied. The arena is wiped at its end.
 *
 * Errors: a failing function sets the error once, at the place that knows most, and returns its
 * status. Callers add nothing but return it; one that recovers clears it. */
#ifndef SIGNET_CALL_H
#define SIGNET_CALL_H

#include <signet/base.h>

typedef struct signet_call_services signet_call_services_t;

/* The head of a call; made by the host alone. */
typedef struct signet_call {
    uint32_t size;
    uint32_t reserved;
    const signet_call_services_t *services;
} signet_call_t;

/* What went wrong. Required: status, reason, message. */
typedef struct signet_error {
    uint32_t size;
    int32_t status;         /* one of the negative statuses of base.h */
    signet_text_t reason;   /* stable and greppable: "profile.name-not-permitted" */
    signet_text_t message;  /* public sentence: the cause, the object and the remedy */
    signet_text_t detail;   /* for the log alone; never a secret */
    signet_text_t field;    /* the input at fault, where there is one: "csr", "names[2]" */
    int64_t retry_after_ms; /* 0: no advice */
} signet_error_t;

/* One role and what it covers. An empty text covers everything of its kind. */
typedef struct signet_grant {
    uint32_t size;
    uint32_t reserved;
    signet_text_t role;      /* SIGNET_ROLE_* (auth.h), or a name of the deployment's own */
    signet_text_t authority; /* an authority's name */
    signet_text_t profile;   /* a profile's name */
    signet_text_t names;     /* a pattern that every requested name must match: "*.dev.example" */
} signet_grant_t;

/* Who asks. Roles come only from auth plugins or from configuration. */
typedef struct signet_actor {
    uint32_t size;
    uint32_t reserved;
    signet_text_t id;     /* stable and unique: "token:01J…", "uid:0", "system:ca" */
    signet_text_t name;   /* for people */
    signet_text_t method; /* how it was proved: "token", "peer", "certificate", "system" */
    signet_text_t tenant; /* "" for the single default tenant */
    const signet_grant_t *grants;
    uint64_t grant_count;
    signet_text_t person; /* who is behind the credential, so that two credentials of one person
                           * count once; empty: the id stands for itself */
} signet_actor_t;

/* It is called in a process of its own, not in this one. */
#define SIGNET_PROVIDER_ISOLATED 1U

/* An instance that provides an interface. Valid until the call that found it ends. */
typedef struct signet_provider {
    uint32_t size;
    uint32_t flags;        /* SIGNET_PROVIDER_* */
    uint64_t number;       /* of the instance; never reused within a process, to key caches by */
    signet_text_t name;    /* the instance's name in configuration */
    const void *interface; /* the vtable of the interface asked for, for example signet_store_t */
    void *instance;        /* to be passed first to each of its functions */
} signet_provider_t;

struct signet_call_services {
    uint32_t size;
    uint32_t reserved;
    /* `length` zeroed octets of the arena, aligned to 16. NULL when memory or the arena's limit
     * is exhausted; the error is then set (NO_MEMORY). Required. [any] */
    void *(*alloc)(signet_call_t *call, uint64_t length);
    /* Sets the error, copying it into the arena, and returns error->status. A second error
     * replaces the first only where the first was cleared. Required. [any] */
    int32_t (*fail)(signet_call_t *call, const signet_error_t *error);
    /* The error, or NULL where none is set. Required. [any] */
    const signet_error_t *(*error)(signet_call_t *call);
    /* Forgets the error, for a caller that recovers. Required. [any] */
    void (*clear)(signet_call_t *call);
    /* Who asks; never NULL. Before authentication its id is empty and it has no grants.
     * Required. [any] */
    const signet_actor_t *(*actor)(signet_call_t *call);
    /* Sets the actor, copied into the arena; once for a call, later attempts fail with CONFLICT.
     * For the router and protocol plugins. Required. [any] */
    int32_t (*set_actor)(signet_call_t *call, const signet_actor_t *actor);
    /* The tenant the call works for; "" is the default tenant. Required. [any] */
    signet_text_t (*tenant)(signet_call_t *call);
    /* 32 hexadecimal digits that tie log lines and journal entries of this call together (W3C
     * Trace Context, trace-id). Required. [any] */
    signet_text_t (*trace)(signet_call_t *call);
    /* Milliseconds until the deadline; 0 once it has passed, INT64_MAX without one.
     * Required. [any] */
    int64_t (*remaining)(signet_call_t *call);
    /* OK; CANCELLED once the client went away; TIMEOUT once the deadline passed. Sets the error.
     * Blocking functions ask before they block. Required. [any] */
    int32_t (*check)(signet_call_t *call);
    /* From here on check() answers OK: what has begun must end. Called when an intent is
     * committed. Required. [any] */
    void (*shield)(signet_call_t *call);
    /* A child call: the same actor, tenant, trace and deadline, an arena and an error of its own.
     * NULL on NO_MEMORY, set on the parent. End it with end(). Required. [any] */
    signet_call_t *(*child)(signet_call_t *call);
    /* Ends a child and frees its arena. Its error is lost. Required. [any] */
    void (*end)(signet_call_t *child);
    /* The instance `name` that provides `interface` ("signet.store/1"). With an empty name: the
     * one provider there is. Answers NULL and sets NOT_FOUND (none) or CONFLICT (several and no
     * name); the message names interface and instance. Required. [any] */
    const signet_provider_t *(*find)(signet_call_t *call, signet_text_t interface,
                                     signet_text_t name);
    /* All providers of `interface` in start order, as an array of `*count` pointers. NULL with a
     * count of 0 where there are none. Required. [any] */
    const signet_provider_t *const *(*providers)(signet_call_t *call, signet_text_t interface,
                                                 uint64_t *count);
    /* Sets the tenant of this call. Host jobs and local commands may set any; "*" works across
     * tenants. Other calls go from the default tenant into another one and no further (DENIED),
     * for whoever owns a rule that reaches across: proof of a key, a tenant's consent.
     * Required. [any] */
    int32_t (*set_tenant)(signet_call_t *call, signet_text_t tenant);
    /* Sleeps until resume was called since the last sleep; the one way to wait for another thread
     * that does not cost a worker. Nothing else of the call may be used meanwhile. Never called
     * with a lock held: other calls go on on this thread. Required. [worker] */
    void (*pause)(signet_call_t *call);
    /* Ends the sleep of a call that pauses or is about to, once for each pause. The call may end as
     * soon as this was called. Required. [any] */
    void (*resume)(signet_call_t *call);
    /* Brings the deadline of this call forward to `duration_ms` from now; one that is nearer stays.
     * For a child whose work must not use up all the time that its parent has. Required. [any] */
    void (*limit)(signet_call_t *call, int64_t duration_ms);
};

#endif
