/* A CA of a few made-up certificates: what tests of protocol-rest look at is the wire. */
#ifndef FAKE_CA_H
#define FAKE_CA_H

#include <signet/signet.h>

#define FAKE_CERTIFICATES 6

/* What the fake was asked, and how it shall answer. */
typedef struct fake_ca {
    int issued;      /* how often issue was called */
    int keys_end;    /* pages of archived keys after the first fail */
    int32_t failure; /* issue, revoke and release fail with this; 0: they do not */
    char request_id[1024];
    char profile[256];
    char authority[256];
    char names[1024];  /* "dns=www.example;" for each */
    char fields[1024]; /* "owner=x;" for each */
    uint8_t csr[1024];
    uint64_t csr_length;
    int64_t not_before;
    int64_t not_after;
    int64_t validity_ms;
    char generate[64];
    char subject[256];
    char reason_text[256];                 /* of a recovery */
    char recovered[64];                    /* "authority/serial" */
    char recovery_id[256];                 /* its request id */
    char import_profile[256];              /* of a key that was handed in */
    signet_archived_key_query_t key_query; /* its texts are not to be followed */
    char revoked_authority[256];
    int32_t reason;
    int64_t invalid_since;
    char comment[256];
    char actor[128];                  /* who revoked by key */
    signet_certificate_query_t query; /* its texts are not to be followed */
    char query_name[256];
    char query_cursor[256];
    int renewed; /* 1: the chain of "device" is another one */
} fake_ca_t;

extern fake_ca_t fake_ca;

/* The plugin, for signet_check_open_linked. */
extern const signet_plugin_t fake_ca_plugin;

#endif
