#include "world.h"

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"

static char folder[64];
static signet_call_t *call;

void world_begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/signet-core-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    core_call_options_t options = {.may_set_tenant = 1};
    call = core_call_new(&options);
    ck_assert_ptr_nonnull(call);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

void world_end(void)
{
    core_call_free(call);
    ck_assert_int_eq(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

signet_call_t *world_call(void)
{
    return call;
}

const char *world_message(void)
{
    const signet_error_t *error = call->services->error(call);
    if (!error)
        return "";
    const char *message = core_format(call, "%.*s", CORE_TEXT_ARG(error->message)).data;
    ck_assert_ptr_nonnull(message);
    return message;
}

void world_clear(void)
{
    call->services->clear(call);
}

static const char *path_in(const char *base, const char *name)
{
    static char paths[5][512];
    static unsigned next;
    char *path = paths[next++ % 5];
    snprintf(path, sizeof paths[0], "%s/%s", base, name);
    return path;
}

const char *world_path(const char *name)
{
    return path_in(folder, name);
}

const char *world_build(const char *name)
{
    const char *build = getenv("SIGNET_BUILD");
    ck_assert_ptr_nonnull(build);
    return path_in(build, name);
}

static void write_octets(const char *path, const char *content, size_t length, mode_t mode)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, content, length), (ssize_t)length);
    ck_assert_int_eq(close(file), 0);
}

void world_write(const char *name, const char *content)
{
    write_octets(world_path(name), content, strlen(content), 0600);
}

void world_copy_plugin(const char *id, const char *as)
{
    char name[128];
    mkdir(world_path("plugins"), 0755);
    snprintf(name, sizeof name, "mock-plugins/%s.so", id);
    FILE *from = fopen(world_build(name), "re");
    ck_assert_ptr_nonnull(from);
    static char content[4 * 1024 * 1024];
    size_t length = fread(content, 1, sizeof content, from);
    ck_assert(length > 0 && length < sizeof content);
    fclose(from);
    snprintf(name, sizeof name, "plugins/%s.so", as);
    write_octets(world_path(name), content, length, 0755);
}

void world_configure(const char *blocks)
{
    char content[8192];
    ck_assert_int_lt(
        snprintf(content, sizeof content, "host = { };\nplugins = (\n%s\n);\n", blocks),
        (int)sizeof content);
    world_write("signet.cfg", content);
}

int32_t world_load(const char *plugins, core_config_t **config)
{
    return core_config_load(call, world_path("signet.cfg"),
                            core_text(plugins ? plugins : world_build("mock-plugins")), config);
}

int world_is_line(const char *text)
{
    return text[0] && !strchr(text, '\n');
}
