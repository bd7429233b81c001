/* One run of a ceremony: who is there, what is to be done, what was done. */
#ifndef CA_SESSION_H
#define CA_SESSION_H

#include "ca.h"
#include "ceremony/participant.h"
#include "ceremony/transcript.h"

#include <signet/key.h>

#define CA_STEP_VALUES 512U

/* Something that was signed in this ceremony, for a bundle. */
typedef struct ca_product {
    struct ca_product *next;
    const char *kind;      /* "certificate", "crl" */
    const char *label;     /* of PEM */
    signet_text_t subject; /* what it is for, for people */
    signet_bytes_t der;
} ca_product_t;

typedef struct ca_session {
    ca_t *ca;
    ca_console_t console;
    ca_transcript_t transcript;
    const signet_setting_t *script; /* the group `ceremony` */
    ca_participant_t *participants;
    uint64_t participant_count;
    unsigned quorum;
    ca_product_t *products; /* newest first */
    uint8_t *opened; /* for each authority: 1 while its backend is unlocked by this ceremony */
} ca_session_t;

/* A step of the script on its way. */
typedef struct ca_step {
    const struct ca_action *action;
    const signet_setting_t *setting;
    uint64_t number;           /* from 1 on */
    ca_authority_t *authority; /* named by the step; or NULL */
    signet_text_t *values;     /* room for CA_STEP_VALUES: "Label: value" */
    uint64_t value_count;
    signet_bytes_t tbs;   /* what is to be signed; or empty */
    signet_text_t out;    /* the file that it makes */
    signet_text_t issuer; /* the authority that signs it */
    void *state;          /* of the action, from prepare to act */
    int expected;         /* `expect_sha256` was held against a file */
} ca_step_t;

/* What a step can do. `prepare` looks at the inputs and says every value, and changes nothing; once
 * the step was confirmed `act` does it and writes the line "done". */
typedef struct ca_action {
    const char *name;
    const char *title;
    int32_t (*prepare)(ca_session_t *session, signet_call_t *call, ca_step_t *step);
    int32_t (*act)(ca_session_t *session, signet_call_t *call, ca_step_t *step);
} ca_action_t;

/* A value that is printed and recorded before the step acts. */
__attribute__((format(printf, 4, 5))) int32_t
ca_step_value(signet_call_t *call, ca_step_t *step, const char *label, const char *format, ...);
/* The line "done" of a step; add what it brought, then write it with ca_step_end. */
ca_line_t ca_step_done(ca_session_t *session, signet_call_t *call, const ca_step_t *step);
int32_t ca_step_end(ca_session_t *session, signet_call_t *call, ca_line_t *line);
/* A file that the step reads: its content, with its SHA-256 as a value; that of the first one is
 * held against the step's option `expect_sha256` where that is set. */
int32_t ca_step_file(signet_call_t *call, ca_step_t *step, const char *option, const char *label,
                     signet_bytes_t *content);
/* Where a file goes that the step makes: its option or, where that is not set, `otherwise`; said as
 * a value. EXISTS where it is there: a ceremony replaces nothing. */
int32_t ca_step_path(signet_call_t *call, ca_step_t *step, const char *option,
                     signet_text_t otherwise);
/* Writes it there: `label` of PEM, or NULL for the octets as they are. */
int32_t ca_step_out(signet_call_t *call, const ca_step_t *step, const char *label,
                    signet_bytes_t der);
/* The backend of the step's authority. INVALID where the step names none, or one without keys. */
int32_t ca_step_keys(signet_call_t *call, const ca_step_t *step,
                     const signet_key_interface_t **keys, void **instance);
/* Whether the quorum unlocked the authority's keys in this ceremony; and says so. */
int ca_session_is_open(const ca_session_t *session, const ca_authority_t *authority);
void ca_session_set_open(ca_session_t *session, const ca_authority_t *authority, int open);
/* Remembers what was signed. */
int32_t ca_session_product(ca_session_t *session, signet_call_t *call, const char *kind,
                           const char *label, signet_text_t subject, signet_bytes_t der);
uint64_t ca_session_present(const ca_session_t *session, int role);

/* Runs the script of ca->host's settings. The error says why it ended early; the transcript is
 * signed all the same. */
int32_t ca_session_run(ca_t *ca, signet_call_t *call, signet_output_t *output,
                       signet_text_t answers);

#endif
