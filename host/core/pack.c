#include "core/pack.h"

#include <string.h>

#include "core/text.h"

#define MAX_DEPTH 32

/* What is left to be read. */
typedef struct reading {
    core_arena_t *arena;
    const char *data;
    size_t left;
    int damaged;
} reading_t;

static void write_number(core_buffer_t *buffer, uint64_t number)
{
    core_buffer_add(buffer, (const char *)&number, sizeof number);
}

static void write_text(core_buffer_t *buffer, signet_text_t text)
{
    write_number(buffer, text.length);
    core_buffer_add(buffer, text.data ? text.data : "", (size_t)text.length);
}

static void write_setting(core_buffer_t *buffer, const signet_setting_t *setting)
{
    write_number(buffer, setting->type);
    write_number(buffer, (uint64_t)setting->integer);
    write_number(buffer, setting->line);
    write_text(buffer, setting->name);
    write_text(buffer, setting->text);
    write_text(buffer, setting->file);
    write_number(buffer, setting->member_count);
    for (uint64_t index = 0; index < setting->member_count; index++)
        write_setting(buffer, &setting->members[index]);
}

void core_pack_write(core_buffer_t *buffer, const core_pack_t *pack)
{
    write_text(buffer, pack->plugin_folder);
    write_text(buffer, pack->plugin);
    write_text(buffer, pack->name);
    write_text(buffer, pack->node);
    write_text(buffer, pack->folder);
    write_text(buffer, pack->file);
    write_number(buffer, pack->line);
    write_number(buffer, (uint64_t)pack->log_format);
    write_number(buffer, (uint64_t)pack->log_level);
    write_setting(buffer, pack->settings);
    write_number(buffer, pack->sandbox != NULL);
    if (pack->sandbox)
        write_setting(buffer, pack->sandbox);
}

static uint64_t read_number(reading_t *reading)
{
    uint64_t number = 0;
    if (reading->damaged || reading->left < sizeof number) {
        reading->damaged = 1;
        return 0;
    }
    memcpy(&number, reading->data, sizeof number);
    reading->data += sizeof number;
    reading->left -= sizeof number;
    return number;
}

static signet_text_t read_text(reading_t *reading)
{
    uint64_t length = read_number(reading);
    char *copy = NULL;
    if (!reading->damaged && length <= reading->left)
        copy = core_arena_alloc(reading->arena, length ? length : 1);
    if (!copy) {
        reading->damaged = 1;
        return (signet_text_t){NULL, 0};
    }
    memcpy(copy, reading->data, (size_t)length);
    reading->data += length;
    reading->left -= (size_t)length;
    return (signet_text_t){copy, length};
}

static void read_setting(reading_t *reading, signet_setting_t *setting, int depth)
{
    setting->size = sizeof *setting;
    setting->type = (uint32_t)read_number(reading);
    setting->integer = (int64_t)read_number(reading);
    setting->line = (uint32_t)read_number(reading);
    setting->name = read_text(reading);
    setting->text = read_text(reading);
    setting->file = read_text(reading);
    uint64_t count = read_number(reading);
    /* Each has some numbers at least, so that a count cannot ask for more than was sent. */
    if (reading->damaged || count > reading->left / sizeof count || depth == MAX_DEPTH) {
        reading->damaged = 1;
        return;
    }
    signet_setting_t *members =
        core_arena_alloc(reading->arena, (count ? count : 1) * sizeof *members);
    reading->damaged = members == NULL;
    for (uint64_t index = 0; !reading->damaged && index < count; index++)
        read_setting(reading, &members[index], depth + 1);
    setting->members = members;
    setting->member_count = count;
}

int core_pack_read(core_arena_t *arena, const char *data, size_t length, core_pack_t *pack)
{
    reading_t reading = {.arena = arena, .data = data, .left = length};
    signet_setting_t *settings = core_arena_alloc(arena, sizeof *settings);
    if (!settings)
        return 0;
    pack->plugin_folder = read_text(&reading);
    pack->plugin = read_text(&reading);
    pack->name = read_text(&reading);
    pack->node = read_text(&reading);
    pack->folder = read_text(&reading);
    pack->file = read_text(&reading);
    pack->line = (uint32_t)read_number(&reading);
    pack->log_format = (int32_t)read_number(&reading);
    pack->log_level = (int32_t)read_number(&reading);
    read_setting(&reading, settings, 0);
    pack->settings = settings;
    if (read_number(&reading)) {
        signet_setting_t *sandbox = core_arena_alloc(arena, sizeof *sandbox);
        if (!sandbox)
            return 0;
        read_setting(&reading, sandbox, 0);
        pack->sandbox = sandbox;
    }
    return !reading.damaged && reading.left == 0;
}
