/* A list that is being put together, in a file without a name: entries are appended as they come,
 * and what stands around them is written before and behind them once it is known. However many
 * there are, memory stays flat. */
#ifndef STATUS_CRL_SPOOL_H
#define STATUS_CRL_SPOOL_H

#include <openssl/evp.h>
#include <signet/sdk/crl.h>

typedef struct status_spool {
    int file; /* -1: not open */
    uint64_t begin;
    uint64_t end;
    uint8_t *mapped; /* from the file's start; NULL: not yet */
    uint64_t mapped_length;
    uint8_t *buffer;
    uint64_t buffered;
    EVP_MD_CTX *digest; /* over the entries */
} status_spool_t;

/* A zeroed spool is closed by status_spool_close, however far this came. */
int32_t status_spool_open(signet_call_t *call, status_spool_t *spool, signet_text_t folder);
int32_t status_spool_add(signet_call_t *call, status_spool_t *spool, signet_bytes_t entries);
/* Ends the entries and answers their SHA-256. */
int32_t status_spool_entries(signet_call_t *call, status_spool_t *spool, uint64_t *length,
                             signet_bytes_t *sha256);
/* Puts octets before all that is there, or behind it. */
int32_t status_spool_before(signet_call_t *call, status_spool_t *spool, signet_bytes_t octets);
int32_t status_spool_behind(signet_call_t *call, status_spool_t *spool, signet_bytes_t octets);
/* All of it, in pages of the file; valid until something is put to it or it is closed. */
int32_t status_spool_bytes(signet_call_t *call, status_spool_t *spool, signet_bytes_t *octets);
void status_spool_close(status_spool_t *spool);

#endif
