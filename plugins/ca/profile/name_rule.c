#include "profile/name_rule.h"

#include "profile/substitute.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

#define LIST_MAX (UINT64_C(4) * 1024 * 1024)

static const char *const types[] = {"dns", "ip", "email", "uri", "upn"};
#define TYPES (sizeof types / sizeof types[0])

static int32_t configure_patterns(ca_pool_t *pool, signet_call_t *call,
                                  const signet_setting_t *profile, const char *option,
                                  ca_patterns_t *patterns)
{
    const signet_setting_t *list = signet_setting(profile, option);
    patterns->count = list == NULL ? 0 : list->member_count;
    patterns->items = ca_pool_alloc(pool, call, patterns->count + 1, sizeof *patterns->items);
    if (patterns->items == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < patterns->count; i++) {
        const signet_setting_t *item = signet_setting_at(list, i);
        signet_text_t rest;
        patterns->items[i].text = item->text;
        signet_text_split(item->text, '/', &rest);
        if (signet_text_is(signet_text(option), "ip") && rest.length > 0) {
            signet_bytes_t range;
            int32_t status = ca_range_encode(call, item, &range);
            if (status == SIGNET_OK)
                status = ca_pool_bytes(pool, call, range, &patterns->items[i].range);
            if (status != SIGNET_OK)
                return status;
        }
    }
    return SIGNET_OK;
}

/* "TYPE:VALUE" as one of the types; NULL where it is none. */
static const char *split_type(signet_text_t text, signet_text_t *value)
{
    signet_text_t type = signet_text_split(text, ':', value);
    for (size_t i = 0; i < TYPES; i++) {
        if (signet_text_is(type, types[i]) && value->length > 0)
            return types[i];
    }
    return NULL;
}

static int by_text(const void *left, const void *right)
{
    return signet_text_compare(*(const signet_text_t *)left, *(const signet_text_t *)right);
}

static signet_text_t next_line(signet_text_t *rest)
{
    signet_text_t line = signet_text_split(*rest, '\n', rest);
    while (line.length > 0 &&
           (line.data[line.length - 1] == '\r' || line.data[line.length - 1] == ' '))
        line.length--;
    return line;
}

/* Names one a line; empty lines and those that begin with '#' are skipped. */
static int32_t read_list(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *path,
                         signet_text_t rest, ca_profile_t *profile)
{
    uint64_t most = 1;
    for (uint64_t i = 0; i < rest.length; i++)
        most += rest.data[i] == '\n';
    signet_text_t *listed = ca_pool_alloc(pool, call, most, sizeof *listed);
    if (listed == NULL)
        return SIGNET_NO_MEMORY;
    uint64_t count = 0;
    for (uint64_t number = 1; rest.length > 0; number++) {
        signet_text_t line = next_line(&rest);
        signet_text_t value;
        signet_canonical_t name = {0};
        if (line.length == 0 || line.data[0] == '#')
            continue;
        const char *type = split_type(line, &value);
        if (type == NULL || signet_name_canonical(call, type, value, &name) != SIGNET_OK) {
            call->services->clear(call);
            return signet_setting_fail(call, path, "profile.names-file",
                                       "%.*s:%llu: \"%.*s\" is not TYPE:VALUE with a type of dns, "
                                       "ip, email, uri or upn and a name of that type",
                                       SIGNET_FORMAT(path->text), (unsigned long long)number,
                                       SIGNET_FORMAT(line));
        }
        int32_t status = ca_pool_text(pool, call, name.text, &listed[count++]);
        if (status != SIGNET_OK)
            return status;
    }
    qsort(listed, count, sizeof *listed, by_text);
    profile->listed = listed;
    profile->listed_count = count;
    return SIGNET_OK;
}

static int32_t configure_list(ca_pool_t *pool, signet_call_t *call, ca_profile_t *profile)
{
    const signet_setting_t *path = signet_setting(profile->setting, "names_file");
    signet_bytes_t content;
    if (path == NULL || path->text.length == 0)
        return SIGNET_OK;
    int32_t status = signet_file_read(call, path->text, LIST_MAX, &content);
    if (status != SIGNET_OK)
        return status;
    return read_list(pool, call, path, signet_bytes_text(content), profile);
}

static int32_t configure_added(ca_pool_t *pool, signet_call_t *call, ca_profile_t *profile)
{
    const signet_setting_t *list = signet_setting(profile->setting, "add_names");
    profile->added_count = list == NULL ? 0 : list->member_count;
    ca_added_name_t *added = ca_pool_alloc(pool, call, profile->added_count + 1, sizeof *added);
    if (added == NULL)
        return SIGNET_NO_MEMORY;
    profile->added = added;
    for (uint64_t i = 0; i < profile->added_count; i++) {
        const signet_setting_t *item = signet_setting_at(list, i);
        added[i].type = split_type(item->text, &added[i].text);
        if (added[i].type == NULL)
            return signet_setting_fail(call, item, "profile.add-names",
                                       "\"%.*s\" is not TYPE:VALUE with a type of dns, ip, email, "
                                       "uri or upn",
                                       SIGNET_FORMAT(item->text));
        int32_t status = ca_substitute_check(call, item, added[i].text);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

int32_t ca_name_rules_configure(ca_pool_t *pool, signet_call_t *call, ca_profile_t *profile)
{
    ca_patterns_t *const patterns[TYPES] = {&profile->dns, &profile->ip, &profile->email,
                                            &profile->uri, &profile->upn};
    int32_t status = SIGNET_OK;
    for (size_t i = 0; status == SIGNET_OK && i < TYPES; i++)
        status = configure_patterns(pool, call, profile->setting, types[i], patterns[i]);
    if (status == SIGNET_OK)
        status = configure_list(pool, call, profile);
    if (status == SIGNET_OK)
        status = configure_added(pool, call, profile);
    return status;
}
