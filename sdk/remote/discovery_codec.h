/* What signet.discovery/1 answers, on the wire; it takes a cursor and a limit. */
#ifndef SDK_REMOTE_DISCOVERY_CODEC_H
#define SDK_REMOTE_DISCOVERY_CODEC_H

#include "wire.h"

#include <signet/ext/draft/discovery.h>

/* Functions, as requests name them. */
#define DISCOVERY_SCAN 1U

void remote_write_page(remote_writer_t *writer, const signet_discovery_page_t *page);
/* A page in the arena, whose texts and certificates lie in the message; NULL where it is none. */
const signet_discovery_page_t *remote_read_page(remote_reader_t *reader, signet_call_t *call);

#endif
