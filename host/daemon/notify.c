#include "daemon/notify.h"

#include <stdint.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

void daemon_notify_ready(void)
{
    sd_notifyf(0, "READY=1\nMAINPID=%ld", (long)getpid());
}

void daemon_notify_reloading(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
               (unsigned long long)now.tv_sec * 1000000ULL +
                   (unsigned long long)now.tv_nsec / 1000ULL);
}

void daemon_notify_stopping(void)
{
    sd_notify(0, "STOPPING=1");
}

void daemon_notify_alive(void)
{
    sd_notify(0, "WATCHDOG=1");
}

int daemon_notify_interval(void)
{
    uint64_t limit_us = 0;
    if (sd_watchdog_enabled(0, &limit_us) <= 0)
        return -1;
    /* Half of the limit, as sd_watchdog_enabled(3) recommends. */
    uint64_t interval_ms = limit_us / 2000;
    return interval_ms < 60000 ? (int)interval_ms : 60000;
}
