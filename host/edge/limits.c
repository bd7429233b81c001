#include "edge/limits.h"

#include <limits.h>
#include <sys/resource.h>

#include "core/log.h"
#include "edge/setting.h"

#define SECOND INT64_C(1000)
#define RESERVED_DESCRIPTORS 256 /* for stores, logs, listeners and outgoing connections */

/* Each connection is a descriptor: raises the process's limit as far as it may, and answers how
 * many connections fit. */
static int64_t fit_descriptors(int64_t wanted)
{
    struct rlimit descriptors;
    int64_t fit;

    if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) {
        return wanted;
    }
    if (descriptors.rlim_cur < (rlim_t)(wanted + RESERVED_DESCRIPTORS)) {
        struct rlimit raised = descriptors;

        raised.rlim_cur = (rlim_t)(wanted + RESERVED_DESCRIPTORS);
        if (raised.rlim_cur > raised.rlim_max) {
            raised.rlim_cur = raised.rlim_max;
        }
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
            descriptors = raised;
        }
    }
    if (descriptors.rlim_cur == RLIM_INFINITY ||
        descriptors.rlim_cur >= (rlim_t)(wanted + RESERVED_DESCRIPTORS)) {
        return wanted;
    }
    fit = (int64_t)descriptors.rlim_cur - RESERVED_DESCRIPTORS;
    if (fit < 16) {
        fit = 16;
    }
    core_log(SIGNET_LOG_WARNING, "http.connections-lowered",
             "Only %lld of limits.connections = %lld fit into the limit of open files (%llu): "
             "raise it with ulimit -n or LimitNOFILE.",
             (long long)fit, (long long)wanted, (unsigned long long)descriptors.rlim_cur);
    return fit;
}

int edge_limits_descriptors(void)
{
    struct rlimit descriptors;

    if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur > INT_MAX) {
        return INT_MAX;
    }
    return (int)descriptors.rlim_cur;
}

void edge_limits_read(edge_limits_t *limits, const signet_setting_t *host)
{
    const signet_setting_t *group = edge_setting_find(host, "limits");
    const signet_setting_t *log = edge_setting_find(host, "log");

    limits->wait_ms[EDGE_WAIT_HANDSHAKE] =
        edge_setting_integer(group, "handshake_time", 10 * SECOND);
    limits->wait_ms[EDGE_WAIT_HEADER] = edge_setting_integer(group, "header_time", 10 * SECOND);
    limits->wait_ms[EDGE_WAIT_BODY] = edge_setting_integer(group, "body_time", 30 * SECOND);
    limits->wait_ms[EDGE_WAIT_IDLE] = edge_setting_integer(group, "idle_time", 75 * SECOND);
    limits->wait_ms[EDGE_WAIT_WRITE] = edge_setting_integer(group, "body_time", 30 * SECOND);
    limits->wait_ms[EDGE_WAIT_LINGER] = 2 * SECOND;
    limits->wait_ms[EDGE_WAIT_LAST] = SECOND;
    limits->wait_ms[EDGE_WAIT_RATE] = SECOND;
    limits->request_ms = edge_setting_integer(group, "request_time", 30 * SECOND);
    limits->header_size = (uint64_t)edge_setting_integer(group, "header_size", INT64_C(16384));
    limits->connections = fit_descriptors(edge_setting_integer(group, "connections", 10000));
    limits->streams = edge_setting_integer(group, "streams", 100);
    limits->loop_ms = edge_setting_integer(group, "loop_time", SECOND / 2);
    limits->access_log = edge_setting_integer(log, "access", 1) != 0;
}
