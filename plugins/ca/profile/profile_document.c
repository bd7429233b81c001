#include "profile/profile_document.h"

#include <signet/sdk/json.h>
#include <signet/sdk/setting.h>
#include <stdio.h>

#define NAME_CAPACITY 64U

/* Durations are given in seconds, and say so. */
static void member_name(const signet_setting_t *setting, char name[NAME_CAPACITY])
{
    snprintf(name, NAME_CAPACITY, "%.*s%s", SIGNET_FORMAT(setting->name),
             setting->type == SIGNET_OPTION_DURATION ? "_seconds" : "");
}

static void write_groups(signet_json_writer_t *writer, const char *name,
                         const signet_setting_t *list);

static void write_setting(signet_json_writer_t *writer, const signet_setting_t *setting)
{
    char name[NAME_CAPACITY];
    member_name(setting, name);
    switch (setting->type) {
    case SIGNET_OPTION_GROUPS:
        write_groups(writer, name, setting);
        break;
    case SIGNET_OPTION_TEXTS:
        signet_json_begin_array(writer, name);
        for (uint64_t i = 0; i < setting->member_count; i++)
            signet_json_text(writer, NULL, signet_setting_at(setting, i)->text);
        signet_json_end_array(writer);
        break;
    case SIGNET_OPTION_BOOLEAN:
        signet_json_boolean(writer, name, setting->integer != 0);
        break;
    case SIGNET_OPTION_INTEGER:
        signet_json_integer(writer, name, setting->integer);
        break;
    case SIGNET_OPTION_DURATION:
        signet_json_integer(writer, name, setting->integer / 1000);
        break;
    default:
        signet_json_text(writer, name, setting->text);
        break;
    }
}

static void write_groups(signet_json_writer_t *writer, const char *name,
                         const signet_setting_t *list)
{
    signet_json_begin_array(writer, name);
    for (uint64_t i = 0; i < list->member_count; i++) {
        const signet_setting_t *group = signet_setting_at(list, i);
        signet_json_begin_object(writer, NULL);
        for (uint64_t j = 0; j < group->member_count; j++)
            write_setting(writer, signet_setting_at(group, j));
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
}

/* "FILE:LINE", with the profile that it is inherited from; "default". */
static void write_origin(signet_json_writer_t *writer, const ca_profile_t *profile,
                         const signet_setting_t *setting, signet_text_t origin)
{
    char name[NAME_CAPACITY];
    member_name(setting, name);
    signet_text_t text = SIGNET_TEXT("default");
    if (setting->line != 0 && signet_text_equal(origin, profile->name))
        text = signet_format(writer->buffer.call, "%.*s:%u", SIGNET_FORMAT(setting->file),
                             (unsigned)setting->line);
    else if (setting->line != 0)
        text = signet_format(writer->buffer.call, "%.*s:%u, inherited from %.*s",
                             SIGNET_FORMAT(setting->file), (unsigned)setting->line,
                             SIGNET_FORMAT(origin));
    writer->buffer.failed = writer->buffer.failed || text.data == NULL;
    signet_json_text(writer, name, text);
}

int32_t ca_profile_document(ca_pool_t *pool, signet_call_t *call, ca_profile_t *profile)
{
    const signet_setting_t *group = profile->setting;
    signet_json_writer_t document = signet_json_writer(call, 1024);
    signet_json_writer_t origins = signet_json_writer(call, 1024);
    signet_json_begin_object(&document, NULL);
    signet_json_begin_object(&origins, NULL);
    for (uint64_t i = 0; i < group->member_count; i++) {
        const signet_setting_t *setting = signet_setting_at(group, i);
        write_setting(&document, setting);
        write_origin(&origins, profile, setting, profile->origins[i]);
    }
    signet_json_end_object(&document);
    signet_json_end_object(&origins);
    signet_text_t text;
    int32_t status = signet_json_finish(&document, &text);
    if (status == SIGNET_OK)
        status = ca_pool_text(pool, call, text, &profile->document);
    if (status == SIGNET_OK)
        status = signet_json_finish(&origins, &text);
    return status == SIGNET_OK ? ca_pool_text(pool, call, text, &profile->origins_document)
                               : status;
}
