/* key-file: private keys in encrypted files (PKCS#8, RFC 5958, under PBES2, RFC 8018). */
#include "file_backend.h"

#include <signet/plugin.h>

static const signet_option_t options[] = {
    {
        .size = sizeof(signet_option_t),
        .type = SIGNET_OPTION_PATH,
        .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_KEYS | SIGNET_OPTION_WRITTEN,
        .name = SIGNET_TEXT_INIT("folder"),
        .help = SIGNET_TEXT_INIT("Folder of the key files, one NAME.pem for each key; made with "
                                 "mode 0700 where it is missing."),
    },
    {
        .size = sizeof(signet_option_t),
        .type = SIGNET_OPTION_SECRET,
        .name = SIGNET_TEXT_INIT("passphrase"),
        .help = SIGNET_TEXT_INIT("Reference to the passphrase that encrypts the key files; a "
                                 "daemon needs it. Without it they stay locked until a ceremony "
                                 "unlocks them."),
    },
    {
        .size = sizeof(signet_option_t),
        .type = SIGNET_OPTION_TEXT,
        .name = SIGNET_TEXT_INIT("kdf"),
        .help = SIGNET_TEXT_INIT("How the encryption key of new files is derived from the "
                                 "passphrase."),
        .default_value = SIGNET_TEXT_INIT("scrypt"),
        .choices = SIGNET_TEXT_INIT("scrypt|pbkdf2"),
    },
    {
        .size = sizeof(signet_option_t),
        .type = SIGNET_OPTION_INTEGER,
        .name = SIGNET_TEXT_INIT("scrypt_parallelism"),
        .help = SIGNET_TEXT_INIT("Parameter p of scrypt, with N = 16384 and r = 8: each one more "
                                 "makes a guess at the passphrase dearer."),
        .default_value = SIGNET_TEXT_INIT("5"),
        .minimum = 5,
        .maximum = 64,
    },
    {
        .size = sizeof(signet_option_t),
        .type = SIGNET_OPTION_INTEGER,
        .name = SIGNET_TEXT_INIT("pbkdf2_iterations"),
        .help = SIGNET_TEXT_INIT("Iterations of PBKDF2 with HMAC-SHA256."),
        .default_value = SIGNET_TEXT_INIT("600000"),
        .minimum = 600000,
        .maximum = 100000000,
    },
};

static const signet_provide_t provides[] = {
    {
        .size = sizeof(signet_provide_t),
        .interface = SIGNET_TEXT_INIT(SIGNET_KEY_INTERFACE),
        .vtable = &file_backend_interface,
    },
};

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("key-file"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Private keys in encrypted files."),
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .provides = provides,
    .provide_count = sizeof(provides) / sizeof(provides[0]),
    .open = file_backend_open,
    .start = file_backend_start,
    .close = file_backend_close,
};

__attribute__((visibility("default"))) const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
