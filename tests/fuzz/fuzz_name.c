/* Names: what is accepted is its own canonical form, and reads back from a GeneralName. The first
 * octet of an input chooses the type. */
#include "arena.h"

#include <signet/sdk/name.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Letters, digits, '-', '.', and '*.' at the start: what any DNS name of a certificate is. */
static int is_host(signet_text_t value)
{
    if (signet_text_starts(value, "*.")) {
        value = (signet_text_t){value.data + 2, value.length - 2};
    }
    for (uint64_t i = 0; i < value.length; i++) {
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-.", value.data[i]) == NULL) {
            return 0;
        }
    }
    return value.length != 0 && value.length <= 253 && !signet_text_ends(value, ".");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {"dns", "ip", "email", "uri", "cn"};
    if (size == 0) {
        return 0;
    }
    signet_call_t *call = fuzz_call();
    const char *type = types[data[0] % 5];
    const signet_text_t value = {(const char *)data + 1, size - 1};
    signet_canonical_t name;
    signet_canonical_t again;
    if (signet_name_canonical(call, type, value, &name) != SIGNET_OK) {
        fuzz_require(call->services->error(call) != NULL, "an error for a refusal");
        return 0;
    }
    fuzz_require(signet_text_valid(name.text), "canonical text is UTF-8");
    fuzz_require(signet_name_canonical(call, type, name.value, &again) == SIGNET_OK &&
                     signet_text_equal(name.text, again.text),
                 "a canonical name is its own canonical form");
    fuzz_require(name.type != 2 || is_host(name.value), "a DNS name is one");
    if (name.type != 0xff) {
        const signet_general_name_t general = {name.type, name.encoded};
        fuzz_require(signet_name_from_general(call, &general, &again) == SIGNET_OK &&
                         signet_text_equal(name.text, again.text),
                     "a canonical name reads back from a GeneralName");
        fuzz_require(name.type == 7 || name.type == 6 || signet_name_within(&name, &general) ||
                         signet_text_starts(name.value, "*."),
                     "a name lies within itself");
    }
    return 0;
}
