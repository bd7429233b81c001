/* Children of this program: the trial of a configuration, and the processes of isolated instances.
 *
 * What is forbidden to a process (filters of system calls, of files) is forbidden to its children
 * too, and each of them needs something else. So the daemon starts a small process before all that,
 * the spawner, which does nothing but start and end children. Without one (in `signet`, in tests)
 * they are the caller's own. */
#ifndef CORE_SPAWN_H
#define CORE_SPAWN_H

#include <signet/call.h>
#include <sys/types.h>

#define CORE_SPAWN_ARGUMENTS 15
#define CORE_SPAWN_DESCRIPTORS 4
/* The first of them in the child. */
#define CORE_SPAWN_FIRST 3

/* A child to be. */
typedef struct core_spawn {
    const char *executable;       /* NULL: this program */
    const char *const *arguments; /* without the program's name; at most CORE_SPAWN_ARGUMENTS */
    uint64_t argument_count;
    const int *descriptors; /* handed on as 3, 4, …; at most CORE_SPAWN_DESCRIPTORS */
    uint64_t descriptor_count;
} core_spawn_t;

/* Starts the spawner. From main, before any other thread; once. */
int32_t core_spawner_begin(signet_call_t *call);
/* Ends it, and with it whatever children are left. */
void core_spawner_end(void);
/* Starts a child. It has no blocked signals, the descriptors given and the standard ones; it dies
 * with who started it. UNAVAILABLE. Any thread. */
int32_t core_spawn(signet_call_t *call, const core_spawn_t *spawn, pid_t *child);
/* Kills a child that still runs and answers how it ended, as waitpid says it; -1 where nobody
 * knows. Once for each child. Any thread. */
int core_spawn_end(pid_t child);
/* How a child ended, for people: "signal 11, Segmentation fault"; at least 64 octets. */
void core_spawn_tell(int ended, char *words, size_t size);

#endif
