#include "core/filter.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signet/plugin.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Never asked for: other processes, the machine itself, and what broke out of containers before. */
static const int refused[] = {
    SCMP_SYS(acct),
    SCMP_SYS(add_key),
    SCMP_SYS(adjtimex),
    SCMP_SYS(bpf),
    SCMP_SYS(chroot),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(clock_settime),
    SCMP_SYS(delete_module),
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(finit_module),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fsopen),
    SCMP_SYS(fspick),
    SCMP_SYS(init_module),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(ioperm),
    SCMP_SYS(iopl),
    SCMP_SYS(kcmp),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(kexec_load),
    SCMP_SYS(keyctl),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(mount),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(move_mount),
    SCMP_SYS(move_pages),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(nfsservctl),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(open_tree),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pivot_root),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(quotactl),
    SCMP_SYS(reboot),
    SCMP_SYS(request_key),
    SCMP_SYS(setdomainname),
    SCMP_SYS(sethostname),
    SCMP_SYS(setns),
    SCMP_SYS(settimeofday),
    SCMP_SYS(swapoff),
    SCMP_SYS(swapon),
    SCMP_SYS(syslog),
    SCMP_SYS(umount2),
    SCMP_SYS(unshare),
    SCMP_SYS(uselib),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(vhangup),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    /* The leak checker stops and traces the process that it looks at. */
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
#endif
};

/* 0, or an errno. */
static int refuse_arguments(scmp_filter_ctx filter, int isolated, uint64_t uses)
{
    const uint32_t refusal = SCMP_ACT_ERRNO(EPERM);
    /* Memory is written or run, never both. */
    const uint64_t both = PROT_WRITE | PROT_EXEC;
    int failed = seccomp_rule_add(filter, refusal, SCMP_SYS(mmap), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, both, both));
    if (!failed)
        failed = seccomp_rule_add(filter, refusal, SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, both, both));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    /* Threads, but no processes: the spawner starts those. clone3 hides its flags in memory;
     * without it the library takes clone. */
    if (!failed)
        failed = seccomp_rule_add(filter, refusal, SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    if (!failed)
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
#endif
    /* Of sockets those between processes, for the network, and to ask for its addresses. */
    for (unsigned family = 0; !failed && family <= AF_MAX; family++) {
        int network = family == AF_INET || family == AF_INET6;
        if (family == AF_UNIX || (family == AF_NETLINK && !isolated) || (network && !isolated) ||
            ((network || family == AF_NETLINK) && (uses & SIGNET_USES_NETWORK)))
            continue;
        failed =
            seccomp_rule_add(filter, refusal, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, family, 0));
    }
    if (!failed)
        failed =
            seccomp_rule_add(filter, refusal, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_GT, AF_MAX, 0));
    return -failed;
}

int core_filter_enter(int isolated, uint64_t uses)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return ENOMEM;
    int failed = 0;
    for (size_t index = 0; !failed && index < sizeof refused / sizeof refused[0]; index++)
        failed = -seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[index], 0);
    if (!failed)
        failed = refuse_arguments(filter, isolated, uses);
    if (!failed)
        failed = -seccomp_load(filter);
    seccomp_release(filter);
    return failed;
}
