/* Asks for whatever a fuzzer makes up. With clang and libFuzzer:
 *   cmake -B fuzz -DCMAKE_C_COMPILER=clang -DHELLO_FUZZ=ON && cmake --build fuzz
 *   SIGNET_CHECK_PLUGINS=fuzz/plugins fuzz/hello-fuzz */
#include <signet/check.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

static void prepare(signet_check_t *world)
{
    if (signet_check_open(world, "protocol-hello", "hello", "") != SIGNET_OK) {
        abort();
    }
}

/* The input is the name, each octet percent-encoded, so that all of them get through. */
static void greet(signet_check_t *world, signet_call_t *call, signet_bytes_t input)
{
    const signet_response_t *response = NULL;
    const signet_bytes_t nothing = {NULL, 0};
    signet_buffer_t target = signet_buffer(call, 64);
    signet_buffer_add_string(&target, "/hello/");
    for (uint64_t i = 0; i < input.length; i++) {
        signet_buffer_format(&target, "%%%02x", input.data[i]);
    }
    signet_buffer_add_byte(&target, 0);
    if (target.failed) {
        return;
    }
    int32_t status = signet_check_request(world, call, "GET", (const char *)target.data, NULL,
                                          nothing, &response);
    if (status != SIGNET_OK || response->status >= 500) {
        abort();
    }
}

SIGNET_CHECK_FUZZ(prepare, greet)
