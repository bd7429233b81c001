/* What auth-certificate can be told. */
#ifndef CERTIFICATE_OPTION_H
#define CERTIFICATE_OPTION_H

#include <signet/option.h>

#define CERTIFICATE_OPTION_COUNT 3

extern const signet_option_t certificate_options[];

#endif
