/* Installing a bundle on the online side: it is judged whole, then journaled, then written, so that
 * nothing is done where the journal cannot be written. */
#ifndef CA_INSTALL_H
#define CA_INSTALL_H

#include "ceremony/bundle.h"

#include <signet/command.h>

/* One thing of the bundle and where it goes. */
typedef struct ca_placement {
    const char *label; /* of PEM */
    const char *what;  /* for people */
    signet_text_t subject;
    signet_bytes_t der;
    ca_authority_t *authority; /* NULL: of none that is configured here */
    signet_text_t path;        /* empty: it is there already, or nowhere to go */
    uint64_t further; /* a certificate for a further key, which goes on record as this one of them,
                         from 1 on; 0: none */
} ca_placement_t;

typedef struct ca_installing {
    ca_t *ca;
    ca_placement_t *placements;
    uint64_t count;
    uint64_t further; /* how many go on record */
    signet_text_t folder;
} ca_installing_t;

/* Judges what of a bundle belongs to the configured authorities: certificates where they are
 * pending or renewed, revocation lists with a higher number. `ca` is a
 * copy (authority/copy.h): authorities are activated in it, and further keys added. The rest goes
 * into `folder`, if there is one. */
int32_t ca_install_place(ca_t *ca, signet_call_t *call, const ca_reading_t *reading,
                         signet_text_t folder, ca_installing_t *installing);
/* Puts certificates of further keys of `ca`'s authorities on record, and into the journal an entry
 * for each thing that is new; how many there were. */
int32_t ca_install_journal(ca_t *ca, signet_call_t *call, const ca_installing_t *installing,
                           uint64_t *count);
int32_t ca_install_write(signet_call_t *call, const ca_installing_t *installing);
/* Says what became of each. */
int32_t ca_install_show(signet_call_t *call, const signet_command_input_t *input,
                        const ca_installing_t *installing);

#endif
