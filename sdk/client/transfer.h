/* One transfer with libcurl. Internal to the client. */
#ifndef SIGNET_SDK_CLIENT_TRANSFER_H
#define SIGNET_SDK_CLIENT_TRANSFER_H

#include <curl/curl.h>
#include <signet/sdk/client.h>

/* What is asked, and where what is answered goes. */
typedef struct signet_transfer {
    signet_call_t *call;
    const signet_command_input_t *input;
    const char *method;
    const char *accept;
    signet_text_t path;
    signet_text_t body;
    signet_text_t key; /* of Idempotency-Key; empty: without */
    signet_buffer_t answer;
    int too_large; /* 1: the answer was cut off */
    char reason[CURL_ERROR_SIZE];
} signet_transfer_t;

/* Sets everything about connection and request. The headers are `*headers`, freed by the caller
 * with signet_header_free. */
int32_t signet_transfer_prepare(signet_transfer_t *transfer, CURL *curl,
                                struct curl_slist **headers);
/* The call's error for a transfer that failed. */
int32_t signet_transfer_fail(const signet_transfer_t *transfer, CURLcode code);
/* The call's error for an answer of 400 and more. */
int32_t signet_transfer_problem(const signet_transfer_t *transfer, long status,
                                int64_t retry_after_ms);

#endif
