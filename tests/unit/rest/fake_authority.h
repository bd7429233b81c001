/* A signet.authority/1 with one authority, "device". */
#ifndef TESTS_UNIT_REST_FAKE_AUTHORITY_H
#define TESTS_UNIT_REST_FAKE_AUTHORITY_H

#include <signet/ext/draft/authority.h>

extern const signet_authority_interface_t fake_authorities;

#endif
