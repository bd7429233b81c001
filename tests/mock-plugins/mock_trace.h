/* A file that mocks write the steps of their lives to, a line each: "NAME TEXT step". */
#ifndef MOCK_TRACE_H
#define MOCK_TRACE_H

#include "mock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline signet_text_t mock_text(const signet_host_t *host, const char *name)
{
    for (uint64_t index = 0; index < host->settings->member_count; index++) {
        const signet_setting_t *member = &host->settings->members[index];
        if (member->name.length == strlen(name) &&
            memcmp(member->name.data, name, member->name.length) == 0)
            return member->text;
    }
    return (signet_text_t){NULL, 0};
}

/* The PATH setting `name` as a C string. */
static inline void mock_path(const signet_host_t *host, const char *name, char path[static 4096])
{
    signet_text_t text = mock_text(host, name);
    snprintf(path, 4096, "%.*s", (int)text.length, text.data);
}

static inline void mock_trace(const signet_host_t *host, const char *step)
{
    char path[4096];
    char line[256];
    signet_text_t text = mock_text(host, "text");
    mock_path(host, "trace", path);
    int length = snprintf(line, sizeof line, "%.*s %.*s %s\n", (int)host->name.length,
                          host->name.data, (int)text.length, text.data, step);
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || write(file, line, (size_t)length) != length || close(file) != 0)
        abort();
}

#endif
