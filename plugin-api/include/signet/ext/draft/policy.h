/* signet.policy/1 (draft): a say in what is issued.
 *
 * Each policy that a deployment configures is asked, in configured order, once a request was
 * parsed, authorised and found to fit its profile, and before anything is decided for good. It may
 * refuse, hold the request for approval, or fill fields that the profile leaves open. It is asked
 * again when an approved request is issued. A policy that fails or is late refuses. */
#ifndef SIGNET_EXT_DRAFT_POLICY_H
#define SIGNET_EXT_DRAFT_POLICY_H

#include <signet/ca.h>

#define SIGNET_POLICY_INTERFACE "signet.policy/1"

/* What a policy may answer. */
#define SIGNET_POLICY_PERMIT 1 /* go on, with the fields that it fills */
#define SIGNET_POLICY_REFUSE 2 /* with a reason; nothing is issued */
#define SIGNET_POLICY_HOLD 3   /* wait for approval, even where the profile asks for none */

/* What is asked for, as far as it is known before the certificate is built. Who asks is the call's
 * actor. */
typedef struct signet_policy_request {
    uint32_t size;
    uint32_t approved;                     /* 1: asked again, after approval */
    const signet_issue_request_t *request; /* as it came in; csr is DER */
    signet_text_t profile;
    uint64_t profile_version;
    signet_text_t authority;
    signet_text_t subject;      /* RFC 4514, as it would be issued */
    const signet_text_t *names; /* canonical: "dns:a.example", …, as they would be issued */
    uint64_t name_count;
    signet_text_t key_type;          /* SIGNET_KEY_* */
    signet_bytes_t spki;             /* SubjectPublicKeyInfo, DER */
    const signet_text_t *extensions; /* OIDs that the request asks for, dotted */
    uint64_t extension_count;
    int64_t not_before; /* as it would be issued */
    int64_t not_after;
} signet_policy_request_t;

/* What the policy says. Made by it, in the call's arena. */
typedef struct signet_policy_answer {
    uint32_t size;
    int32_t decision;            /* SIGNET_POLICY_* */
    signet_text_t reason;        /* stable: "policy.webhook.refused"; required with REFUSE */
    signet_text_t message;       /* a public sentence; required with REFUSE */
    const signet_pair_t *fields; /* values for fields that the profile leaves open: "owner",
                                  * "tag.NAME", "subject.OU" */
    uint64_t field_count;
    signet_text_t document; /* a JSON object kept with the record: what the policy was told by its
                             * own sources; or empty */
} signet_policy_answer_t;

/* The interface. */
typedef struct signet_policy_interface {
    uint32_t size;
    uint32_t reserved;
    /* Decides about one request within the time that the call has left. Any failure refuses the
     * request; its error is shown to the requester. Required. [worker] */
    int32_t (*decide)(void *instance, signet_call_t *call, const signet_policy_request_t *request,
                      const signet_policy_answer_t **answer);
} signet_policy_interface_t;

#endif
