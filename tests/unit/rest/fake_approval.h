/* Approvals of the fake CA: one request, "0a0b", and what became of it. */
#ifndef FAKE_APPROVAL_H
#define FAKE_APPROVAL_H

#include <signet/ext/draft/approval.h>

typedef struct fake_approval {
    const char *state; /* SIGNET_APPROVAL_* */
    char act[16];      /* the last: "approve", "deny", "withdraw", "comment" */
    char comment[256];
    signet_approval_query_t query; /* its texts are not to be followed */
    char query_state[32];
} fake_approval_t;

extern fake_approval_t fake_approval;
extern const signet_approval_interface_t fake_approvals;

#endif
