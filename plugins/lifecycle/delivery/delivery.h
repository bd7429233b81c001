/* An instance: the way of sealed entries to one exporter or, as alerts, to one notifier. The
 * journal is its queue and keeps its place in it, so that nothing is copied and nothing is lost. */
#ifndef LIFECYCLE_DELIVERY_H
#define LIFECYCLE_DELIVERY_H

#include <signet/ext/draft/exporter.h>
#include <signet/ext/draft/notifier.h>
#include <signet/host.h>

#define DELIVERY_JOB "deliver"
/* A run makes room for other jobs after this long, and goes on right after. */
#define DELIVERY_RUN_MS 20000
#define DELIVERY_PARKED "delivery.parked"
#define DELIVERY_RECEIPTS "delivery.receipts"
#define DELIVERY_STREAMS "delivery.streams"

typedef struct delivery {
    const signet_host_t *host;
    signet_text_t exporter; /* one of these two is set */
    signet_text_t notifier;
    uint64_t batch;     /* entries at once, at most */
    int64_t timeout_ms; /* for one delivery */
    int64_t first_ms;   /* until the second try */
    int64_t longest_ms; /* between two tries */
    /* Of the one job. */
    uint64_t limit;    /* entries of the next batch: less after a batch was refused */
    int has_begun;     /* `since` is known */
    int64_t since;     /* entries before are passed over; 0: none are */
    uint64_t failures; /* in a row */
    int64_t due;       /* monotonic; before it nothing is tried */
    struct {
        uint64_t delivered;
        uint64_t failures;
        uint64_t refused;
        uint64_t state;
        uint64_t behind;
    } metrics;
} delivery_t;

/* delivery_stream.c: the place in the journal. */
/* The next sealed entries; a page of none where there are none. */
int32_t delivery_read(const delivery_t *delivery, signet_call_t *call, uint64_t limit,
                      const signet_journal_page_t **page);
/* The first `count` entries of a page that was read are dealt with for good. */
int32_t delivery_acknowledge(const delivery_t *delivery, signet_call_t *call,
                             const signet_journal_page_t *page, uint64_t count);
/* Learns since when entries count, and notes it down the first time. */
int32_t delivery_begin(delivery_t *delivery, signet_call_t *call);

/* delivery_target.c */
/* Hands a batch or an alert over, within the timeout; the failure is the call's error. */
int32_t delivery_export(const delivery_t *delivery, signet_call_t *call,
                        const signet_export_batch_t *batch, uint64_t *accepted);
int32_t delivery_notify(const delivery_t *delivery, signet_call_t *call,
                        const signet_alert_t *alert);
/* Whether the exporter or notifier is there; for start. */
int32_t delivery_find(const delivery_t *delivery, signet_call_t *call);

/* delivery_park.c: puts an entry aside that was refused with the call's error, which is cleared.
 * `rule` is empty for exporters. */
int32_t delivery_park(const delivery_t *delivery, signet_call_t *call,
                      const signet_journal_entry_t *entry, signet_text_t rule);

/* delivery_batch.c, delivery_alert.c: one step forward. `*more` is 1 where another may follow at
 * once. Fails where it has to be tried again. */
int32_t delivery_step_export(delivery_t *delivery, signet_call_t *call, int *more);
int32_t delivery_step_notify(delivery_t *delivery, signet_call_t *call, int *more);

/* delivery_rule.c */
/* Checks the rules of an instance; names file and line. */
int32_t delivery_check_rules(signet_call_t *call, const signet_setting_t *settings);
/* Whether an event matches one of the patterns of a list; an empty one matches `otherwise`. */
int delivery_matches(const signet_setting_t *group, const char *list, signet_text_t event,
                     int otherwise);
/* The alert that a rule makes of an entry; NULL where it makes none. */
int32_t delivery_alert(const delivery_t *delivery, signet_call_t *call,
                       const signet_setting_t *rule, const signet_journal_entry_t *entry,
                       signet_alert_t **alert);

/* delivery_run.c: the job. */
int32_t delivery_run(void *instance, signet_call_t *call);
int32_t delivery_add_metrics(delivery_t *delivery, signet_call_t *call);

#endif
