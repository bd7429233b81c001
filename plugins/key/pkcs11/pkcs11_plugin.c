/* key-pkcs11: private keys on a token behind a PKCS#11 module (OASIS PKCS#11 2.40 and 3.0). */
#include "pkcs11_backend.h"

#include <signet/plugin.h>

static const signet_option_t options[] = {
    {
        .size = sizeof(signet_option_t),
        .type = SIGNET_OPTION_PATH,
        .flags = SIGNET_OPTION_REQUIRED,
        .name = SIGNET_TEXT_INIT("module"),
        .help = SIGNET_TEXT_INIT("The PKCS#11 module, a shared object of the HSM's maker."),
    },
    {
        .size = sizeof(signet_option_t),
        .type = SIGNET_OPTION_TEXT,
        .flags = SIGNET_OPTION_REQUIRED,
        .name = SIGNET_TEXT_INIT("token"),
        .help = SIGNET_TEXT_INIT("The token, by its label or by a PKCS#11 URI (RFC 7512) such as "
                                 "pkcs11:token=ca;serial=0123."),
    },
    {
        .size = sizeof(signet_option_t),
        .type = SIGNET_OPTION_SECRET,
        .name = SIGNET_TEXT_INIT("pin"),
        .help = SIGNET_TEXT_INIT("Reference to the user PIN of the token; a daemon needs it. "
                                 "Without it the token stays locked until a ceremony unlocks it."),
    },
    {
        .size = sizeof(signet_option_t),
        .type = SIGNET_OPTION_INTEGER,
        .name = SIGNET_TEXT_INIT("sessions"),
        .help = SIGNET_TEXT_INIT("The most sessions to open with the token; 0: as many as there "
                                 "are workers, within what the token offers."),
        .default_value = SIGNET_TEXT_INIT("0"),
        .minimum = 0,
        .maximum = 4096,
    },
    {
        .size = sizeof(signet_option_t),
        .type = SIGNET_OPTION_DURATION,
        .name = SIGNET_TEXT_INIT("timeout"),
        .help = SIGNET_TEXT_INIT("How long the token may take to sign or decipher, before whoever "
                                 "waits is told that it does not answer."),
        .default_value = SIGNET_TEXT_INIT("10s"),
        .minimum = 100,
        .maximum = 600000,
    },
};

static const signet_provide_t provides[] = {
    {
        .size = sizeof(signet_provide_t),
        .interface = SIGNET_TEXT_INIT(SIGNET_KEY_INTERFACE),
        .vtable = &pkcs11_backend_interface,
    },
};

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("key-pkcs11"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Private keys on a PKCS#11 token."),
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .provides = provides,
    .provide_count = sizeof(provides) / sizeof(provides[0]),
    .open = pkcs11_backend_open,
    .start = pkcs11_backend_start,
    .reload = pkcs11_backend_reload,
    .stop = pkcs11_backend_stop,
    .close = pkcs11_backend_close,
    .uses = SIGNET_USES_NETWORK | SIGNET_USES_DEVICES,
};

__attribute__((visibility("default"))) const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
