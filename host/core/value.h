/* Values of options as people write them, and what they may have meant to write. */
#ifndef CORE_VALUE_H
#define CORE_VALUE_H

#include <signet/option.h>

/* "250ms", "30s", "5m", "24h", "90d", "10y" in milliseconds; 0 where it is none or does not fit. */
int core_value_duration(signet_text_t text, int64_t *milliseconds);
/* "512B", "64KiB", "10MiB", "1GiB", "1TiB" in octets; 0 where it is none or does not fit. */
int core_value_size(signet_text_t text, int64_t *octets);
/* A decimal number with an optional sign; 0 where it is none or does not fit. */
int core_value_integer(signet_text_t text, int64_t *integer);
/* 1 where `text` is one of the choices, or any text is. */
int core_value_chosen(const signet_option_t *option, signet_text_t text);

/* The default of an option that is no list and no group, read as its type. 0 where it is none. */
int core_value_default(const signet_option_t *option, signet_text_t *text, int64_t *integer);
/* 1 where a number lies within the limits of its option, or there are none. */
int core_value_within(const signet_option_t *option, int64_t integer);
/* The declaration of `name` among `count` options, or NULL. */
const signet_option_t *core_option_find(const signet_option_t *options, uint64_t count,
                                        signet_text_t name);

/* The candidate most like what was written. Starts out with `wanted` alone. */
typedef struct core_nearest {
    signet_text_t wanted;
    signet_text_t best; /* empty where none is like it */
    uint32_t distance;  /* of the best */
} core_nearest_t;

void core_nearest_offer(core_nearest_t *nearest, signet_text_t candidate);

#endif
