/* What signet.notifier/1 takes, on the wire; it answers a receipt, which is a text. */
#ifndef SDK_REMOTE_NOTIFIER_CODEC_H
#define SDK_REMOTE_NOTIFIER_CODEC_H

#include "wire.h"

#include <signet/ext/draft/notifier.h>

/* Functions, as requests name them. */
#define NOTIFIER_NOTIFY 1U

void remote_write_alert(remote_writer_t *writer, const signet_alert_t *alert);
/* Particulars lie in the arena, all texts in the message. A failure is the reader's. */
void remote_read_alert(remote_reader_t *reader, signet_call_t *call, signet_alert_t *alert);

#endif
