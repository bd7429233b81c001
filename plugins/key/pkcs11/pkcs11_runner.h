/* Threads of their own for what a token does: one that hangs holds up those who asked it until
 * their time is over, and nobody else. Whoever asks sleeps meanwhile and costs no worker. */
#ifndef PKCS11_RUNNER_H
#define PKCS11_RUNNER_H

#include <pthread.h>
#include <signet/host.h>

typedef struct pkcs11_task pkcs11_task_t;

/* Something to be done, at the head of a struct on the heap that holds all that it needs: it may
 * outlive the call that waits for it. */
struct pkcs11_task {
    void (*run)(pkcs11_task_t *task); /* on a thread of the runner, without a call */
    uint64_t size;                    /* of the whole struct, which is wiped before it is freed */
    pkcs11_task_t *next;              /* in the queue */
    pkcs11_task_t *before;            /* among those that are waited for */
    pkcs11_task_t *after;
    signet_call_t *call;
    int *outcome; /* on the stack of the one who waits */
    int64_t deadline;
    int running;
    int abandoned; /* nobody waits any more: freed by its thread */
};

typedef struct pkcs11_runner {
    pthread_mutex_t lock;
    pthread_cond_t work; /* for the threads */
    pthread_cond_t tick; /* for the watch */
    pthread_cond_t left; /* for the end */
    pkcs11_task_t *first;
    pkcs11_task_t *last;
    pkcs11_task_t *waited; /* all that somebody waits for */
    uint64_t queued;
    uint64_t threads;
    uint64_t idle;
    uint64_t limit;
    uint64_t overdue;  /* threads in tasks that were abandoned */
    int hung;          /* a task was abandoned, and none has ended since */
    uint64_t finished; /* counts tasks */
    int64_t probed;    /* when a task was last let in beside one that is overdue */
    int64_t timeout_ms;
    int waits; /* tasks spend their time elsewhere: more threads than cores are of use */
    uint64_t cores;
    pthread_t watch;
    int watching;
    int ending;
    int ready;
} pkcs11_runner_t;

/* Makes a runner of at most `limit` threads; a task may take `timeout_ms`. */
int32_t pkcs11_runner_begin(signet_call_t *call, pkcs11_runner_t *runner, uint64_t limit,
                            int64_t timeout_ms);
/* Runs a task and waits for it, until the call's deadline or its own time is over. OK: it ran, and
 * is the caller's. Otherwise `*task` is NULL where its thread still has it, and frees it. TIMEOUT;
 * UNAVAILABLE at once while the token does not answer. Never with a lock held. [worker] */
int32_t pkcs11_runner_run(signet_call_t *call, pkcs11_runner_t *runner, pkcs11_task_t **task);
/* UNAVAILABLE while the token does not answer, but for one now and then that tries. [any] */
int32_t pkcs11_runner_check(signet_call_t *call, pkcs11_runner_t *runner);
/* Ends the threads. 0 where some are overdue: nothing that they use may be freed then. */
int pkcs11_runner_end(pkcs11_runner_t *runner);
/* Wipes and frees a task; NULL is none. */
void pkcs11_task_free(pkcs11_task_t *task);

#endif
