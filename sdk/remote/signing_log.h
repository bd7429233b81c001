/* What the process of isolated keys keeps of everything it signs: a file of its own that is only
 * ever appended to, which `signet journal verify` holds against the journal.
 *
 * A line is a JSON object. Its last member is the SHA-256 of the last line's chain and of all that
 * stands before it in this line, so that no line can be changed or taken out unseen:
 *
 *   {"sequence":7,"time":"2026-11-24T08:02:46.013Z","event":"sign","purpose":"certificate",
 *    "key":"file:device","intent":"device/01C8…","digest":"9f86…","chain":"60a1…"}
 *
 * The event "begin" opens a run of the process, "sign" stands before each signature, and "failed"
 * names in `of` the sequence of one that then was not made. Sequence and chain go on from file to
 * file: a full one is renamed to INSTANCE.signed.1, .2 and so on, the oldest is 1. Two processes
 * may write, while one takes over from the other. */
#ifndef SDK_REMOTE_SIGNING_LOG_H
#define SDK_REMOTE_SIGNING_LOG_H

#include <signet/host.h>
#include <signet/key.h>

typedef struct signing_log signing_log_t;

/* Octets of a file, after which it is renamed and another one begun. */
#define SIGNING_LOG_LIMIT (UINT64_C(64) * 1024 * 1024)

/* Opens FOLDER/INSTANCE.signed, or makes it. */
int32_t signing_log_open(signet_call_t *call, const signet_host_t *host, uint64_t limit,
                         signing_log_t **log);
/* Notes what is about to be signed; nothing may be signed where that fails. `*sequence` gets the
 * line's number. Any thread. */
int32_t signing_log_note(signing_log_t *log, signet_call_t *call,
                         const signet_sign_request_t *request, uint64_t *sequence);
/* Notes that it was not signed after all. Any thread. */
void signing_log_failed(signing_log_t *log, signet_call_t *call, uint64_t sequence);
/* Returns once the line is on the disk: before anybody has the signature. Threads that come
 * meanwhile share a sync. Any thread. */
void signing_log_settle(signing_log_t *log, uint64_t sequence);
/* Has all that was noted reach the disk. Any thread. */
void signing_log_sync(signing_log_t *log);
/* Syncs and closes it; NULL is nothing. */
void signing_log_close(signing_log_t *log);

#endif
