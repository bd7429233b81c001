/* Preloaded into a signetd that Valgrind runs, where /proc/self/exe is Valgrind: what it spawns of
 * itself is found by name. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

typedef int (*spawn_t)(pid_t *, const char *, const posix_spawn_file_actions_t *,
                       const posix_spawnattr_t *, char *const *, char *const *);

int posix_spawn(pid_t *process, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const *arguments,
                char *const *environment)
{
    char name[PATH_MAX] = "";
    spawn_t next = (spawn_t)dlsym(RTLD_NEXT, "posix_spawn");
    if (strcmp(path, "/proc/self/exe") == 0 && readlink(path, name, sizeof name - 1) > 0) {
        path = name;
    }
    return next(process, path, actions, attributes, arguments, environment);
}
