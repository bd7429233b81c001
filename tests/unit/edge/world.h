/* A small world for the edge: listeners, lanes, routes whose handlers the tests watch, an auth
 * plugin and a journal. It stands in for the registry, whose functions it defines. */
#ifndef EDGE_TEST_WORLD_H
#define EDGE_TEST_WORLD_H

#include <stdatomic.h>

#include "core/call.h"
#include "edge/edge.h"

typedef struct world_options {
    int64_t header_ms; /* 0: long */
    int64_t body_ms;
    int64_t idle_ms;
    int64_t handshake_ms;
    int64_t request_ms;
    int64_t connections;
    int64_t streams;
    int64_t address_rate; /* 0: none */
    int64_t actor_rate;
    int64_t burst; /* of both */
    int not_ready;
    int more_certificates; /* 1: "tls" has two for second.test too, of P-256 and RSA */
    int only_http1;        /* of "tls" */
    int64_t check_ms;      /* between looks at certificates; 0: long */
} world_options_t;

typedef struct world {
    char folder[64];
    char optional[128]; /* URLs; it asks for certificates of clients */
    char required[128];
    char plain[128];
    char tls[128];
    char local[128];
    edge_t *edge;
    core_lanes_t *lanes;
} world_t;

/* What handlers saw and wait for; zeroed by world_open. */
typedef struct watch {
    atomic_int handled;       /* calls of any handler but the waiting ones */
    atomic_int waiting;       /* handlers that wait now */
    atomic_int cancelled;     /* handlers that learned that their client went away */
    atomic_int gate;          /* 1: handlers of /gate go on */
    atomic_int inline_calls;  /* of /twice on a loop */
    atomic_int denied;        /* entries that the journal was given */
    atomic_int named;         /* those of them that name a certificate */
    atomic_int trusting;      /* 1: the auth plugin accepts certificates */
    atomic_llong received;    /* octets that /upload has read */
    atomic_int upload_status; /* what ended the last /upload */
    atomic_llong sent;        /* octets that /download has written */
    atomic_int download_status;
} watch_t;

extern watch_t watch;

/* Starts an edge with listeners "plain", "tls", "local", "optional" and "required"; options may be
 * NULL. */
void world_open(world_t *world, const world_options_t *options);
/* Waits for all work, ends it and removes the folder. */
void world_close(world_t *world);
/* The routes of the handlers. */
const core_route_t *world_routes(uint64_t *count);
/* Settings as the host reads them; the texts are not copied. */
signet_setting_t world_text(const char *name, const char *text);
signet_setting_t world_number(const char *name, int64_t integer);
signet_setting_t world_group(const char *name, const signet_setting_t *members, uint64_t count);
/* Writes a self-signed certificate and its key to files of the folder. */
void world_write_certificate(const char *folder, const char *certificate, const char *key);
/* The same for a DNS name, with a key of RSA or of P-256. */
void world_write_named(const char *folder, const char *certificate, const char *key,
                       const char *name, int rsa);
/* The path of a file in the folder; one of four texts in turn. */
const char *world_path(const world_t *world, const char *name);
/* Waits for up to ten seconds until `*value` is `expected`; 1 when it is. */
int world_await(atomic_int *value, int expected);

#endif
