#include "attest.h"

static const struct {
    const char *name;
    acme_attest_format_t *verify;
} formats[] = {
    {"apple", acme_attest_apple},
    {"step", acme_attest_step},
    {"tpm", acme_attest_tpm},
};

acme_attest_format_t *acme_attest_format(signet_text_t name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (signet_text_is(name, formats[i].name)) {
            return formats[i].verify;
        }
    }
    return NULL;
}
