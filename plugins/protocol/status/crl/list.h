/* A signed revocation list as it is served: counted, and unchanged for as long as it lives. */
#ifndef STATUS_CRL_LIST_H
#define STATUS_CRL_LIST_H

#include <signet/call.h>
#include <stdatomic.h>

#define STATUS_NUMBER_MAX 20U

typedef struct status_list {
    atomic_int holders;
    uint8_t number[STATUS_NUMBER_MAX]; /* CRL number, without a leading zero octet */
    uint64_t number_length;
    int64_t this_update;
    int64_t next_update;
    uint64_t length;
    char tag[65];  /* SHA-256 of it in hexadecimal */
    uint8_t *data; /* NULL: too large to be kept in memory */
    int file;      /* -1: none */
} status_list_t;

/* What stands in a list around its entries. */
typedef struct status_list_head {
    signet_bytes_t tbs;
    signet_bytes_t issuer;
    signet_bytes_t number; /* empty: none */
    signet_bytes_t signature;
    signet_bytes_t identifier; /* AlgorithmIdentifier */
    int64_t this_update;
    int64_t next_update;
} status_list_head_t;

/* Reads that of a whole list, DER; 0, or -1 where it is none. The entries are not looked at. */
int status_list_read(signet_bytes_t der, status_list_head_t *head);
/* A list from its octets, which it takes a copy of: in memory, or in a file without a name below
 * `folder`. NULL with the error set. */
status_list_t *status_list_new(signet_call_t *call, signet_text_t folder, signet_bytes_t der);
status_list_t *status_list_hold(status_list_t *list);
void status_list_release(status_list_t *list);

#endif
