#include "core/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <signet/plugin.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's interface (Documentation/userspace-api/landlock.rst), here because the headers of a
 * distribution are older than the kernels that it runs on. */
#define CREATE 444
#define ADD_RULE 445
#define RESTRICT_SELF 446
#define ASK_VERSION 1U
#define PATH_BENEATH 1

#define EXECUTE (UINT64_C(1) << 0)
#define WRITE_FILE (UINT64_C(1) << 1)
#define READ_FILE (UINT64_C(1) << 2)
#define READ_DIR (UINT64_C(1) << 3)
#define REMOVE_DIR (UINT64_C(1) << 4)
#define REMOVE_FILE (UINT64_C(1) << 5)
#define MAKE_CHAR (UINT64_C(1) << 6)
#define MAKE_DIR (UINT64_C(1) << 7)
#define MAKE_REG (UINT64_C(1) << 8)
#define MAKE_SOCK (UINT64_C(1) << 9)
#define MAKE_FIFO (UINT64_C(1) << 10)
#define MAKE_BLOCK (UINT64_C(1) << 11)
#define MAKE_SYM (UINT64_C(1) << 12)
#define REFER (UINT64_C(1) << 13)      /* from version 2 */
#define TRUNCATE (UINT64_C(1) << 14)   /* from version 3 */
#define CONNECT_TCP (UINT64_C(1) << 1) /* from version 4 */

#define VERSION_REFER 2
#define VERSION_TRUNCATE 3
#define VERSION_NETWORK 4

typedef struct ruleset {
    uint64_t files;
    uint64_t network; /* from version 4 */
} ruleset_t;

typedef struct __attribute__((packed)) beneath {
    uint64_t allowed;
    int32_t parent;
} beneath_t;

static int32_t add_place(int rules, uint64_t handled, const core_place_t *place)
{
    uint64_t wanted = READ_FILE;
    if (place->directory)
        wanted |= READ_DIR;
    if (place->written)
        wanted |= WRITE_FILE | TRUNCATE;
    if (place->written && place->directory)
        wanted |= REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SOCK | REFER;
    beneath_t rule = {.allowed = wanted & handled, .parent = open(place->path, O_PATH | O_CLOEXEC)};
    /* What is gone meanwhile needs no rule. */
    if (rule.parent < 0)
        return 0;
    long added = syscall(ADD_RULE, rules, PATH_BENEATH, &rule, 0);
    int cause = errno;
    close(rule.parent);
    errno = cause;
    return added == 0 ? 0 : -1;
}

int core_landlock_enter(const core_reach_t *reach)
{
    long version = syscall(CREATE, NULL, 0, ASK_VERSION);
    if (version < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -1;
    ruleset_t set = {.files = EXECUTE | WRITE_FILE | READ_FILE | READ_DIR | REMOVE_DIR |
                              REMOVE_FILE | MAKE_CHAR | MAKE_DIR | MAKE_REG | MAKE_SOCK |
                              MAKE_FIFO | MAKE_BLOCK | MAKE_SYM};
    if (version >= VERSION_REFER)
        set.files |= REFER;
    if (version >= VERSION_TRUNCATE)
        set.files |= TRUNCATE;
    if (version >= VERSION_NETWORK && !(reach->uses & SIGNET_USES_NETWORK))
        set.network = CONNECT_TCP;
    size_t size = version >= VERSION_NETWORK ? sizeof set : offsetof(ruleset_t, network);
    int rules = (int)syscall(CREATE, &set, size, 0);
    if (rules < 0)
        return -1;
    int32_t failed = 0;
    for (uint64_t index = 0; !failed && index < reach->count; index++)
        failed = add_place(rules, set.files, &reach->places[index]);
    if (!failed)
        failed = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!failed)
        failed = (int32_t)syscall(RESTRICT_SELF, rules, 0);
    int cause = errno;
    close(rules);
    errno = cause;
    return failed ? -1 : (int)version;
}
