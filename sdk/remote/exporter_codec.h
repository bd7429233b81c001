/* What signet.exporter/1 takes and answers, on the wire. */
#ifndef SDK_REMOTE_EXPORTER_CODEC_H
#define SDK_REMOTE_EXPORTER_CODEC_H

#include "wire.h"

#include <signet/ext/draft/exporter.h>

/* Functions, as requests name them. */
#define EXPORTER_DELIVER 1U

void remote_write_batch(remote_writer_t *writer, const signet_export_batch_t *batch);
/* Entries lie in the arena, their texts in the message. A failure is the reader's. */
void remote_read_batch(remote_reader_t *reader, signet_call_t *call, signet_export_batch_t *batch);

#endif
