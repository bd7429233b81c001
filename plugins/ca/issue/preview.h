/* Saying what would be issued, without issuing. */
#ifndef CA_PREVIEW_H
#define CA_PREVIEW_H

#include "ca.h"

#include <signet/ca.h>

/* signet.ca/1 preview. */
int32_t ca_preview(void *instance, signet_call_t *call, const signet_issue_request_t *request,
                   const signet_preview_t **preview);

#endif
