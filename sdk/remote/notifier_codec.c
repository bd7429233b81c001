#include "notifier_codec.h"

#include "pair_codec.h"

void remote_write_alert(remote_writer_t *writer, const signet_alert_t *alert)
{
    const signet_text_t none = {NULL, 0};
    remote_write_u32(writer, alert->state);
    remote_write_text(writer, alert->id);
    remote_write_text(writer, alert->key);
    remote_write_text(writer, alert->rule);
    remote_write_text(writer, alert->severity);
    remote_write_text(writer, alert->summary);
    remote_write_text(writer, alert->description);
    remote_write_text(writer, alert->source);
    remote_write_u64(writer, (uint64_t)alert->time);
    remote_write_text(writer, alert->event);
    remote_write_text(writer, alert->object);
    remote_write_text(writer, alert->actor);
    remote_write_text(writer, alert->tenant);
    remote_write_text(writer, alert->entry);
    remote_write_text(writer, alert->url);
    remote_write_pairs(writer, alert->fields, alert->field_count);
    remote_write_text(writer, SIGNET_HAS(alert, receipt.data) ? alert->receipt : none);
}

void remote_read_alert(remote_reader_t *reader, signet_call_t *call, signet_alert_t *alert)
{
    *alert = (signet_alert_t){.size = sizeof *alert};
    alert->state = remote_read_u32(reader);
    alert->id = remote_read_text(reader);
    alert->key = remote_read_text(reader);
    alert->rule = remote_read_text(reader);
    alert->severity = remote_read_text(reader);
    alert->summary = remote_read_text(reader);
    alert->description = remote_read_text(reader);
    alert->source = remote_read_text(reader);
    alert->time = (int64_t)remote_read_u64(reader);
    alert->event = remote_read_text(reader);
    alert->object = remote_read_text(reader);
    alert->actor = remote_read_text(reader);
    alert->tenant = remote_read_text(reader);
    alert->entry = remote_read_text(reader);
    alert->url = remote_read_text(reader);
    alert->fields = remote_read_pairs(reader, call, &alert->field_count);
    alert->receipt = remote_read_text(reader);
}
