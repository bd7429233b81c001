/* The options of the block of configuration. */
#ifndef CA_OPTION_H
#define CA_OPTION_H

#include <signet/option.h>

#define CA_OPTION_COUNT 13U
extern const signet_option_t ca_options[];

/* The options of one profile, `*count` of them; their names are C strings. */
const signet_option_t *ca_profile_options(uint64_t *count);

/* An option without members or limits, for tables of options. */
#define CA_OPTION(option_name, option_type, option_flags, option_default, option_help)             \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (option_type), .flags = (option_flags),           \
        .name = SIGNET_TEXT_INIT(option_name), .default_value = SIGNET_TEXT_INIT(option_default),  \
        .help = SIGNET_TEXT_INIT(option_help)                                                      \
    }

#endif
