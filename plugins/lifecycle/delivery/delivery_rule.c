/* From an entry of the journal to an alert. */
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>

#include "delivery.h"

#define BODY_LIMIT 1048576U

int delivery_matches(const signet_setting_t *group, const char *list, signet_text_t event,
                     int otherwise)
{
    const signet_setting_t *patterns = signet_setting(group, list);
    uint64_t count = signet_setting_count(group, list);
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_matches(event, signet_setting_at(patterns, i)->text)) {
            return 1;
        }
    }
    return count == 0 && otherwise;
}

int32_t delivery_check_rules(signet_call_t *call, const signet_setting_t *settings)
{
    const signet_setting_t *rules = signet_setting(settings, "alerts");
    for (uint64_t i = 0; i < signet_setting_count(settings, "alerts"); i++) {
        const signet_setting_t *rule = signet_setting_at(rules, i);
        if (signet_setting_count(rule, "events") == 0 &&
            signet_setting_count(rule, "resolved_by") == 0) {
            return signet_setting_fail(call, rule, "delivery.rule",
                                       "An alert without events is never raised: name some, "
                                       "events = [\"certificate.revoked\"].");
        }
    }
    return SIGNET_OK;
}

/* One line of at most `limit` octets: control characters become spaces, so that whatever names say,
 * a line stays one line. */
static signet_text_t clean(signet_call_t *call, signet_text_t text, uint64_t limit)
{
    signet_buffer_t buffer = signet_buffer(call, text.length + 1);
    signet_text_t line = {NULL, 0};
    uint64_t end = text.length < limit ? text.length : limit;
    while (end > 0 && end < text.length && ((uint8_t)text.data[end] & 0xc0U) == 0x80U) {
        end--;
    }
    for (uint64_t i = 0; i < end; i++) {
        uint8_t octet = (uint8_t)text.data[i];
        int is_c1 = octet == 0xc2 && i + 1 < end && (uint8_t)text.data[i + 1] < 0xa0;
        i += (uint64_t)is_c1;
        signet_buffer_add_byte(&buffer, octet < 0x20 || octet == 0x7f || is_c1 ? ' ' : octet);
    }
    signet_buffer_text(&buffer, &line);
    return line;
}

/* 32 hexadecimal digits that stand for a text. */
static signet_text_t short_digest(signet_call_t *call, signet_text_t text)
{
    signet_bytes_t digest;
    if (text.data == NULL || signet_sha256(call, signet_text_bytes(text), &digest) != SIGNET_OK) {
        return (signet_text_t){NULL, 0};
    }
    digest.length /= 2;
    return signet_hex(call, digest);
}

static int32_t read_fields(signet_call_t *call, signet_text_t body, signet_alert_t *alert)
{
    const signet_json_t *object = NULL;
    int32_t status = signet_json_parse(call, signet_text_bytes(body), BODY_LIMIT, &object);
    const signet_json_t *fields = status == SIGNET_OK ? signet_json_get(object, "fields") : NULL;
    if (fields == NULL) {
        /* An alert without particulars is better than none. */
        if (status == SIGNET_INVALID || status == SIGNET_TOO_LARGE) {
            call->services->clear(call);
            status = SIGNET_OK;
        }
        return status;
    }
    signet_pair_t *pairs = signet_alloc(call, fields->count + 1, sizeof *pairs);
    if (pairs == NULL) {
        return signet_status(call);
    }
    for (uint64_t i = 0; i < fields->count; i++) {
        pairs[i] = (signet_pair_t){.size = sizeof *pairs,
                                   .name = clean(call, fields->items[i].name, 64),
                                   .value = clean(call, fields->items[i].text, 1024)};
    }
    alert->fields = pairs;
    alert->field_count = fields->count;
    return signet_status(call) == SIGNET_NO_MEMORY ? SIGNET_NO_MEMORY : SIGNET_OK;
}

static signet_text_t summary(signet_call_t *call, const signet_setting_t *rule,
                             const signet_journal_entry_t *entry)
{
    signet_text_t title = signet_setting_text(rule, "summary");
    title = title.length > 0 ? title : entry->event;
    return clean(call,
                 entry->object.length > 0 ? signet_format(call, "%.*s: %.*s", SIGNET_FORMAT(title),
                                                          SIGNET_FORMAT(entry->object))
                                          : title,
                 SIGNET_ALERT_MAX_SUMMARY);
}

static signet_text_t matter(signet_call_t *call, signet_text_t rule,
                            const signet_journal_entry_t *entry)
{
    signet_text_t key = signet_format(call, "signet:%.*s:%.*s:%.*s", SIGNET_FORMAT(entry->tenant),
                                      SIGNET_FORMAT(rule), SIGNET_FORMAT(entry->object));
    return key.length <= SIGNET_ALERT_MAX_KEY
               ? clean(call, key, SIGNET_ALERT_MAX_KEY)
               : signet_format(call, "signet:%.*s", SIGNET_FORMAT(short_digest(call, key)));
}

int32_t delivery_alert(const delivery_t *delivery, signet_call_t *call,
                       const signet_setting_t *rule, const signet_journal_entry_t *entry,
                       signet_alert_t **alert)
{
    int is_over = delivery_matches(rule, "resolved_by", entry->event, 0);
    signet_text_t name = signet_setting_text(rule, "name");
    signet_text_t node;
    *alert = NULL;
    if ((!is_over && !delivery_matches(rule, "events", entry->event, 0)) ||
        !delivery_matches(rule, "objects", entry->object, 1)) {
        return SIGNET_OK;
    }
    signet_alert_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL) {
        return signet_status(call);
    }
    signet_text_t identity =
        signet_format(call, "%.*s %.*s %.*s", SIGNET_FORMAT(delivery->host->name),
                      SIGNET_FORMAT(name), SIGNET_FORMAT(entry->key));
    *made = (signet_alert_t){
        .size = sizeof *made,
        .state = is_over ? SIGNET_ALERT_RESOLVED : SIGNET_ALERT_RAISED,
        .id = signet_format(call, "alert_%.*s", SIGNET_FORMAT(short_digest(call, identity))),
        .key = matter(call, name, entry),
        .rule = name,
        .severity = signet_setting_text(rule, "severity"),
        .summary = summary(call, rule, entry),
        .source = signet_text_split(entry->key, '/', &node),
        .time = entry->time,
        .event = entry->event,
        .object = clean(call, entry->object, entry->object.length),
        .actor = clean(call, entry->actor, entry->actor.length),
        .tenant = entry->tenant,
        .entry = entry->key,
    };
    if (made->id.data == NULL || made->key.data == NULL || made->summary.data == NULL) {
        return signet_status(call);
    }
    *alert = made;
    return read_fields(call, entry->body, made);
}
