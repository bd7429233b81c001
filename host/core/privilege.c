#include "core/privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/call.h"
#include "core/log.h"
#include "core/process.h"
#include "core/text.h"

#define NAME_SIZE 256U

/* Who the process is to be. */
typedef struct target {
    char user[NAME_SIZE];
    char group[NAME_SIZE];
    uid_t user_id;
    gid_t group_id;
} target_t;

int core_privilege_held(const core_config_t *config)
{
    return geteuid() == 0 && core_setting_text(config->host, "user").length > 0;
}

static int32_t fail_unknown(signet_call_t *call, const char *kind, const char *name)
{
    return core_fail(call, SIGNET_INVALID, "host.user-unknown",
                     "this machine has no %s named \"%s\": make it, or correct host.%s", kind, name,
                     kind);
}

static int32_t find(signet_call_t *call, const core_config_t *config, target_t *target)
{
    signet_text_t user = core_setting_text(config->host, "user");
    signet_text_t group = core_setting_text(config->host, "group");
    snprintf(target->user, sizeof target->user, "%.*s", CORE_TEXT_ARG(user));
    snprintf(target->group, sizeof target->group, "%.*s", CORE_TEXT_ARG(group));
    const struct passwd *known = getpwnam(target->user);
    if (!known)
        return fail_unknown(call, "user", target->user);
    target->user_id = known->pw_uid;
    target->group_id = known->pw_gid;
    const struct group *members = group.length ? getgrnam(target->group) : NULL;
    if (group.length && !members)
        return fail_unknown(call, "group", target->group);
    if (members)
        target->group_id = members->gr_gid;
    if (target->user_id == 0 || target->group_id == 0)
        return core_fail(call, SIGNET_INVALID, "host.user-root",
                         "host.user and host.group name root: name a user and a group of their "
                         "own for the host");
    return SIGNET_OK;
}

/* Whether nothing of root is left, and none of it can be had back. */
static int is_rid(const target_t *target)
{
    uid_t users[3];
    gid_t groups[3];
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (getresuid(&users[0], &users[1], &users[2]) != 0 ||
        getresgid(&groups[0], &groups[1], &groups[2]) != 0 || syscall(SYS_capget, &head, sets) != 0)
        return 0;
    for (size_t index = 0; index < sizeof users / sizeof users[0]; index++) {
        if (users[index] != target->user_id || groups[index] != target->group_id)
            return 0;
    }
    for (size_t index = 0; index < _LINUX_CAPABILITY_U32S_3; index++) {
        if (sets[index].permitted || sets[index].effective || sets[index].inheritable)
            return 0;
    }
    return setuid(0) != 0 && setgid(0) != 0 && seteuid(0) != 0;
}

/* 0, or -1 with errno. */
static int become(const target_t *target)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    /* The groups are those that the user is a member of, as for a token's device. */
    if (initgroups(target->user, target->group_id) != 0 ||
        setresgid(target->group_id, target->group_id, target->group_id) != 0 ||
        setresuid(target->user_id, target->user_id, target->user_id) != 0)
        return -1;
    /* Whoever started it may have arranged that they survive. */
    return syscall(SYS_capset, &head, none) == 0 ? 0 : -1;
}

int32_t core_privilege_drop(signet_call_t *call, const core_config_t *config)
{
    target_t target = {.user_id = 0};
    if (!core_setting_text(config->host, "user").length)
        return SIGNET_OK;
    int32_t status = find(call, config, &target);
    if (status != SIGNET_OK)
        return status;
    if (geteuid() == 0 && become(&target) != 0)
        return core_fail(call, SIGNET_UNAVAILABLE, "host.user-refused",
                         "the kernel does not let this process become %s (%s): start it with all "
                         "privileges of root, or as that user",
                         target.user, strerror(errno));
    if (!is_rid(&target))
        return core_fail(call, SIGNET_INVALID, "host.user-refused",
                         "this process is not the user %s with the group of host.group and without "
                         "privileges: start it as root or as that user, or remove host.user",
                         target.user);
    core_process_close();
    return SIGNET_OK;
}

void core_privilege_tell(void)
{
    if (geteuid() == 0)
        core_log(SIGNET_LOG_WARNING, "host.root",
                 "The host runs as root: set host.user, so that whoever breaks into it does not "
                 "own the machine.");
}
