/* signetd with the mock plugins of the build, run from the folder of the world. */
#ifndef DAEMON_H
#define DAEMON_H

#include <sys/types.h>

#include "../core/world.h"

/* Starts signetd with up to three arguments; its standard error goes to the file "err". */
pid_t daemon_start(const char *one, const char *two, const char *three);
/* Starts it with "signet.cfg", and waits until its file "ready" is there. */
pid_t daemon_serve(void);
/* The same with its standard error on this descriptor. */
pid_t daemon_start_with_log(int log);
/* The port of the listener in "ready". */
unsigned daemon_port(void);
/* Kills what a failed test has left running: a fixture's end. */
void daemon_kill(void);
/* Waits for the end, and answers the exit code. */
int daemon_finish(pid_t child);
/* Ends it with SIGTERM, which must end it well. */
void daemon_end(pid_t child);
/* What the last run has said so far, or had at its end. */
const char *daemon_said(void);
/* Waits until the running host has said these words `count` times. */
void daemon_await(const char *words, unsigned count);
/* Waits until the file "trace" has these words. */
void daemon_await_trace(const char *words);
/* The content of a file in the folder; "" where there is none. */
void daemon_read(const char *name, char *text, size_t size);
/* Connects to a port of this machine. */
int daemon_connect(unsigned port);
/* Sends GET for a path over a connection, which ends with it. */
void daemon_send(int connection, const char *path);
/* The whole answer to it. Static memory. */
const char *daemon_receive(int connection);
/* The body of the answer to GET; "" unless it is 200. Static memory. */
const char *daemon_get(unsigned port, const char *path);

#endif
