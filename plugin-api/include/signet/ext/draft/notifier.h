/* signet.notifier/1 (draft): tells people or their systems of one alert.
 *
 * Whoever decides that something is worth an alert hands it over, again and again until the
 * notifier has delivered it, in the order in which things happened. A notifier knows nothing but
 * the members of the alert; it keeps no queue and no state, and does not try again by itself.
 *
 * A failure says by its status what is to become of the alert:
 *
 *   UNAVAILABLE, TIMEOUT, LIMITED, BUSY, UNKNOWN,      try again: not before retry_after_ms of the
 *   CANCELLED, NO_MEMORY, INTERNAL and all others      error, where that is set
 *   UNAUTHENTICATED, DENIED, NOT_FOUND                 an operator must mend the configuration or
 * the receiver; what waits is kept and tried rarely INVALID, TOO_LARGE, UNSUPPORTED this alert will
 * never be taken: it is put aside, and the next one follows
 *
 * Instances need nothing of others, so that `isolate = true` can move them into a process of their
 * own. */
#ifndef SIGNET_EXT_DRAFT_NOTIFIER_H
#define SIGNET_EXT_DRAFT_NOTIFIER_H

#include <signet/http.h>

#define SIGNET_NOTIFIER_INTERFACE "signet.notifier/1"

/* What became of the matter. */
#define SIGNET_ALERT_RAISED 1U   /* it began, or happened again */
#define SIGNET_ALERT_RESOLVED 2U /* it is over */

/* How much it matters, as text. */
#define SIGNET_SEVERITY_CRITICAL "critical" /* somebody is to be woken */
#define SIGNET_SEVERITY_ERROR "error"
#define SIGNET_SEVERITY_WARNING "warning"
#define SIGNET_SEVERITY_INFO "info"

/* Limits that an alert keeps, in octets of UTF-8. */
#define SIGNET_ALERT_MAX_ID 128U
#define SIGNET_ALERT_MAX_KEY 255U
#define SIGNET_ALERT_MAX_SUMMARY 1024U
#define SIGNET_ALERT_MAX_RECEIPT 1024U

/* An alert. Required: id, key, rule, severity, summary, source, time. No text has control
 * characters but the line feeds of the description. */
typedef struct signet_alert {
    uint32_t size;
    uint32_t state;         /* SIGNET_ALERT_* */
    signet_text_t id;       /* of this message: the same whenever it is delivered again, so that a
                             * receiver drops what it has; letters, digits, '_', '-', '.' */
    signet_text_t key;      /* what it is about: the same in every message on one matter, so that
                             * what is raised and resolved is one incident at the receiver */
    signet_text_t rule;     /* the name of the rule that raised it */
    signet_text_t severity; /* SIGNET_SEVERITY_* */
    signet_text_t summary;  /* one line for people: the title */
    signet_text_t description;   /* more for people, in lines; or empty */
    signet_text_t source;        /* the node that it happened on */
    int64_t time;                /* when it happened, ms since 1970 UTC */
    signet_text_t event;         /* what happened: SIGNET_EVENT_* (journal.h); or empty */
    signet_text_t object;        /* what it happened to: "certificate:device/01C8…"; or empty */
    signet_text_t actor;         /* who did it; or empty */
    signet_text_t tenant;        /* whose it is; empty: the default tenant */
    signet_text_t entry;         /* key of the journal's entry; or empty */
    signet_text_t url;           /* where people see more, "https://…"; or empty */
    const signet_pair_t *fields; /* its particulars; never a secret */
    uint64_t field_count;
    signet_text_t receipt; /* what the last delivery on this key answered; empty: none did */
} signet_alert_t;

/* The interface. */
typedef struct signet_notifier_interface {
    uint32_t size;
    uint32_t reserved;
    /* Delivers one alert, within the time that the call has left; OK once the receiver has taken
     * it.
     * `*receipt` is what the notifier wants to find in later alerts of the same key (the number of
     * an incident, the id of a message to be changed or answered), at most SIGNET_ALERT_MAX_RECEIPT
     * octets; the empty text, as which it comes in, keeps the last one. Failures as above.
     * Required. [worker] */
    int32_t (*notify)(void *instance, signet_call_t *call, const signet_alert_t *alert,
                      signet_text_t *receipt);
} signet_notifier_interface_t;

#endif
