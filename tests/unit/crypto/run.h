/* A test program of one suite. */
#ifndef TEST_CRYPTO_RUN_H
#define TEST_CRYPTO_RUN_H

#include "arena.h"
#include "make.h"

#include <check.h>
#include <signet/sdk/error.h>

/* Runs the suite; for main to return. */
static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    make_key_cleanup();
    fuzz_call_end();
    return failed != 0;
}

/* Whether the call failed for this reason. */
static inline int failed_for(signet_call_t *call, const char *reason)
{
    const signet_error_t *error = call->services->error(call);
    return error != NULL && signet_text_is(error->reason, reason);
}

#define BYTES(...)                                                                                 \
    ((signet_bytes_t){(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})})

#endif
