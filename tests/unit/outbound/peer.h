/* Real peers for tests: servers written in Python, in a process of their own, on a loopback port
 * that the kernel chose. */
#ifndef TESTS_UNIT_OUTBOUND_PEER_H
#define TESTS_UNIT_OUTBOUND_PEER_H

#include <sys/types.h>

typedef struct peer {
    pid_t process;
    int input;  /* what is written here the server reads line by line */
    int output; /* and this is what it prints */
    char url[64];
} peer_t;

/* Runs `python3 SCRIPT FOLDER [OPTION]` and waits for its first line, the port. `option` may be
 * NULL. Servers make their certificates in FOLDER: "ca.pem" of the authority, "server.pem",
 * "client.pem" and "client.key". */
void peer_start(peer_t *peer, const char *script, const char *folder, const char *option);
/* Tells the server something and answers its line of reply, valid until the next. */
const char *peer_tell(peer_t *peer, const char *line);
void peer_stop(peer_t *peer);

#endif
