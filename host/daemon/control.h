/* What the main thread waits for: signals, requests of operators, and work of its own that other
 * threads leave to it. */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <signal.h>

#include "core/plan.h"

typedef struct daemon_control daemon_control_t;

typedef enum daemon_event {
    DAEMON_EVENT_END,       /* SIGTERM, SIGINT */
    DAEMON_EVENT_RELOAD,    /* SIGHUP */
    DAEMON_EVENT_REQUEST,   /* daemon_control_take answers one */
    DAEMON_EVENT_WAKE,      /* daemon_control_wake was called */
    DAEMON_EVENT_SUCCESSOR, /* a successor has connected */
    DAEMON_EVENT_TIME       /* the time is over */
} daemon_event_t;

/* A wish of an operator, made on a worker whose call pauses meanwhile. */
typedef struct daemon_request daemon_request_t;
struct daemon_request {
    daemon_request_t *next;
    signet_call_t *call; /* the main thread's while its owner pauses */
    int dry_run;         /* 1: only make the plan */
    const signet_text_t *again;
    uint64_t again_count;
    core_plan_t plan; /* of the reload, in the arena of the call */
    int32_t status;
};

/* Has all signals of the daemon blocked, for this thread and those it starts. */
void daemon_control_block_signals(void);
/* Failures are set in `call`. */
int32_t daemon_control_new(signet_call_t *call, daemon_control_t **control);
/* Waits for successors, too, on a listening socket, which is the control's from here on. */
void daemon_control_expect(daemon_control_t *control, int successors);
/* Waits at most `wait_ms`; -1: for ever. */
daemon_event_t daemon_control_wait(daemon_control_t *control, int wait_ms);
/* Has the main thread look at what there is to do. `control` is a daemon_control_t. [any] */
void daemon_control_wake(void *control);
/* Hands a request to the main thread and pauses its call until it is answered. UNAVAILABLE where
 * the daemon is ending. [worker] */
int32_t daemon_control_ask(daemon_control_t *control, daemon_request_t *request);
/* The next request, or NULL. */
daemon_request_t *daemon_control_take(daemon_control_t *control);
/* Answers it; it is not touched any more. */
void daemon_control_answer(daemon_request_t *request, int32_t status);
/* Takes no further requests, and refuses those that wait. */
void daemon_control_close(daemon_control_t *control);
/* NULL is nothing. */
void daemon_control_free(daemon_control_t *control);

#endif
