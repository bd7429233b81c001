/* command-key: entry, descriptor and wiring. */
#include "key.h"

#include <signet/sdk/command_plugin.h>

#define OPTION(kind, option_flags, option_name, sentence)                                          \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (kind), .flags = (option_flags),                  \
        .name = SIGNET_TEXT_INIT(option_name), .help = SIGNET_TEXT_INIT(sentence),                 \
    }

#define PASSWORD                                                                                   \
    OPTION(SIGNET_OPTION_PATH, SIGNET_OPTION_REQUIRED, "password_file",                            \
           "File with the password of the PKCS#12 file.")

static const signet_option_t list_options[] = {
    OPTION(SIGNET_OPTION_TEXT, 0, "name", "Only with this name: email:ada@example.com."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("limit"),
     .help = SIGNET_TEXT_INIT("Most keys to show."),
     .default_value = SIGNET_TEXT_INIT("50"),
     .minimum = 1,
     .maximum = INT32_MAX},
};

static const signet_option_t recover_options[] = {
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "serial",
           "Serial number of its certificate, as signet key list shows it."),
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "authority",
           "Authority of its certificate; imported for a key that was handed in."),
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "reason",
           "Why, for those who must agree and for the journal."),
    PASSWORD,
    OPTION(SIGNET_OPTION_PATH, SIGNET_OPTION_REQUIRED, "out",
           "File to write key, certificate and chain to, PKCS#12."),
    OPTION(SIGNET_OPTION_TEXT, 0, "idempotency_key",
           "Text of your choice that tells two recoveries for the same reason apart."),
};

static const signet_option_t import_options[] = {
    OPTION(SIGNET_OPTION_PATH, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "p12",
           "PKCS#12 file with one key and its certificate."),
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "profile", "Profile that archives keys."),
    PASSWORD,
};

#define COMMAND(command_name, sentence, more, declared, declared_count, function)                  \
    {                                                                                              \
        .size = sizeof(signet_command_t), .name = SIGNET_TEXT_INIT(command_name),                  \
        .summary = SIGNET_TEXT_INIT(sentence), .help = SIGNET_TEXT_INIT(more),                     \
        .options = (declared), .option_count = (declared_count), .run = (function),                \
    }
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const signet_command_t commands[] = {
    COMMAND("key list", "List archived keys, the newest first.",
            "signet key list --name email:ada@example.com", list_options, COUNT(list_options),
            key_list),
    COMMAND("key recover", "Recover an archived key, once others have agreed.",
            "signet key recover 1A2B3C… --authority user --reason \"laptop lost\" "
            "--password-file password --out ada.p12",
            recover_options, COUNT(recover_options), key_recover),
    COMMAND("key import", "Hand in the key of an earlier certificate to be archived.",
            "signet key import old.p12 --profile mail-encryption --password-file password",
            import_options, COUNT(import_options), key_import),
};

SIGNET_COMMAND_PLUGIN("command-key", "Commands for archived keys: list, recover, import.", commands)
