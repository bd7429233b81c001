#include "clock.h"

#include "journal.h"

#include <inttypes.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <time.h>

/* Less is what time services do from day to day. */
#define TOLERANCE_MS 10000

static int64_t steady_now(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int32_t tell(journal_t *journal, signet_call_t *call, int64_t expected, int64_t now)
{
    const signet_pair_t fields[] = {
        signet_pair("expected", signet_time_text(call, expected)),
        signet_pair("found", signet_time_text(call, now)),
        signet_pair("shift_ms", signet_format(call, "%" PRId64, now - expected)),
    };
    const signet_entry_t entry = {
        .size = sizeof(entry),
        .event = SIGNET_TEXT(SIGNET_EVENT_CLOCK_JUMPED),
        .object = signet_format(call, "node:%.*s", SIGNET_FORMAT(journal->host->node)),
        .fields = fields,
        .field_count = sizeof(fields) / sizeof(fields[0])};
    signet_log(
        journal->host, call, SIGNET_LOG_ERROR, "clock.jumped",
        "The clock jumped by %" PRId64 " s, from %.*s to %.*s: set it right. What was signed "
        "meanwhile carries the wrong time.",
        (now - expected) / 1000, SIGNET_FORMAT(fields[0].value), SIGNET_FORMAT(fields[1].value));
    return journal_write(journal, call, call->services->tenant(call), NULL, 0, &entry);
}

int32_t journal_clock_look(journal_t *journal, signet_call_t *call)
{
    journal_clock_t *clock = &journal->clock;
    int64_t now = signet_now();
    int64_t steady = steady_now();
    int64_t expected = now;
    if (clock->wall != 0)
        expected = clock->wall + (steady - clock->steady);
    else if (journal->sealer.time > now)
        expected = journal->sealer.time;
    clock->wall = now;
    clock->steady = steady;
    return now - expected > TOLERANCE_MS || expected - now > TOLERANCE_MS
               ? tell(journal, call, expected, now)
               : SIGNET_OK;
}
