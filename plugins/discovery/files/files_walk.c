/* Folders, entry by entry in the order of their names, so that a cursor finds its place again. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"

/* A walk through one place. */
typedef struct walk {
    files_page_t *page;
    const signet_setting_t *setting;
    uint64_t place;
    int64_t depth;
    size_t base; /* length of the place's own path */
    char path[PATH_MAX];
} walk_t;

static int is_wanted(const walk_t *walk, const char *name)
{
    const signet_setting_t *patterns = signet_setting(walk->setting, "names");
    uint64_t count = signet_setting_count(walk->setting, "names");
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_matches(signet_text(name), signet_setting_at(patterns, i)->text)) {
            return 1;
        }
    }
    return count == 0;
}

static int32_t fault(walk_t *walk, int number)
{
    signet_text_t message = signet_format(
        walk->page->call, "It cannot be looked at (%s): see to whom it belongs.", strerror(number));
    int32_t status = files_fault(walk->page, walk->path, SIGNET_TEXT("files.unreadable"), message);
    return status == SIGNET_OK
               ? files_cursor_write(walk->page->call, walk->place, walk->path + walk->base,
                                    UINT64_MAX, &walk->page->cursor)
               : status;
}

/* The file at walk->path, of which `from` certificates were answered before. */
static int32_t visit_file(walk_t *walk, uint64_t from)
{
    files_page_t *page = walk->page;
    uint64_t taken = 0;
    int32_t status = page->call->services->check(page->call);
    if (status == SIGNET_OK) {
        status = files_read(page, walk->path, from, &taken);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    page->is_full |= signet_monotonic() >= page->until;
    return files_cursor_write(page->call, walk->place, walk->path + walk->base, taken,
                              &page->cursor);
}

static int32_t visit(walk_t *walk, const char *resume, uint64_t taken, int64_t depth);

/* The next part of a path behind its '/', and what follows it. */
static const char *next_part(const char *path, char *part, size_t size)
{
    while (*path == '/') {
        path++;
    }
    size_t length = strcspn(path, "/");
    snprintf(part, size, "%.*s", (int)(length < size ? length : size - 1), path);
    return path + length;
}

static int32_t visit_entries(walk_t *walk, struct dirent **entries, int count, const char *resume,
                             uint64_t taken, int64_t depth)
{
    char part[NAME_MAX + 1] = "";
    const char *below = resume ? next_part(resume, part, sizeof part) : NULL;
    size_t length = strlen(walk->path);
    int32_t status = SIGNET_OK;
    for (int i = 0; i < count && status == SIGNET_OK && !walk->page->is_full; i++) {
        const char *name = entries[i]->d_name;
        int order = resume ? strcmp(name, part) : 1;
        if (order < 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            continue;
        }
        int written = snprintf(walk->path + length, sizeof walk->path - length, "/%s", name);
        if (written > 0 && (size_t)written < sizeof walk->path - length) {
            status = visit(walk, order == 0 ? below : NULL, order == 0 ? taken : 0, depth);
        }
        walk->path[length] = '\0';
    }
    return status;
}

static int by_octets(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int32_t visit_folder(walk_t *walk, const char *resume, uint64_t taken, int64_t depth)
{
    struct dirent **entries = NULL;
    int count = scandir(walk->path, &entries, NULL, by_octets);
    if (count < 0) {
        return errno == ENOMEM ? signet_fail_memory(walk->page->call) : fault(walk, errno);
    }
    int32_t status = visit_entries(walk, entries, count, resume, taken, depth);
    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(entries);
    return status;
}

/* Whatever is at walk->path. With `resume`, everything before that path below it is passed over.
 * Links to files are followed, links to folders are not: they may go in circles. */
static int32_t visit(walk_t *walk, const char *resume, uint64_t taken, int64_t depth)
{
    struct stat about;
    int is_place = walk->path[walk->base] == '\0';
    if (resume && *resume == '\0' && taken == UINT64_MAX) {
        return SIGNET_OK;
    }
    if ((is_place ? stat(walk->path, &about) : lstat(walk->path, &about)) != 0) {
        return is_place || errno != ENOENT ? fault(walk, errno) : SIGNET_OK;
    }
    if (S_ISDIR(about.st_mode)) {
        return is_place || depth > 0
                   ? visit_folder(walk, resume, taken, is_place ? depth : depth - 1)
                   : SIGNET_OK;
    }
    const char *name = strrchr(walk->path, '/');
    if (!S_ISREG(about.st_mode) && !S_ISLNK(about.st_mode)) {
        return SIGNET_OK;
    }
    return is_place || is_wanted(walk, name + 1) ? visit_file(walk, taken) : SIGNET_OK;
}

int32_t files_walk(files_page_t *page, const files_cursor_t *cursor)
{
    const signet_setting_t *places = signet_setting(page->files->host->settings, "places");
    uint64_t count = signet_setting_count(page->files->host->settings, "places");
    int32_t status = SIGNET_OK;
    for (uint64_t i = cursor->place; i < count && status == SIGNET_OK && !page->is_full; i++) {
        walk_t walk = {.page = page, .setting = signet_setting_at(places, i), .place = i};
        signet_text_t path = signet_setting_text(walk.setting, "path");
        int is_resumed = i == cursor->place && cursor->path != NULL;
        walk.depth = signet_setting_integer(walk.setting, "depth", 0);
        walk.base = (size_t)path.length;
        snprintf(walk.path, sizeof walk.path, "%.*s", SIGNET_FORMAT(path));
        status = visit(&walk, is_resumed ? cursor->path : NULL, is_resumed ? cursor->taken : 0,
                       walk.depth);
    }
    /* Where all has been seen there is no next page. */
    if (status == SIGNET_OK && !page->is_full) {
        page->cursor = (signet_text_t){NULL, 0};
    }
    return status;
}

int32_t files_scan(void *instance, signet_call_t *call, signet_text_t cursor, uint64_t limit,
                   const signet_discovery_page_t **page)
{
    files_cursor_t from;
    int64_t remaining = call->services->remaining(call);
    if (limit == 0 || limit > SIGNET_DISCOVERY_MAX_PAGE) {
        return signet_fail(call, SIGNET_INVALID, "files.limit", "The limit must be 1 to %u.",
                           SIGNET_DISCOVERY_MAX_PAGE);
    }
    files_page_t grown = {
        .call = call,
        .files = instance,
        .limit = limit,
        .until = remaining == INT64_MAX ? INT64_MAX : signet_monotonic() + remaining / 2,
        .found = signet_alloc(call, limit + 1, sizeof *grown.found),
        .faults = signet_alloc(call, limit + 1, sizeof *grown.faults),
        .cursor = cursor,
    };
    signet_discovery_page_t *made = signet_alloc(call, 1, sizeof *made);
    if (grown.found == NULL || grown.faults == NULL || made == NULL) {
        return signet_status(call);
    }
    int32_t status = files_cursor_read(call, cursor, &from);
    if (status == SIGNET_OK) {
        status = files_walk(&grown, &from);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    *made = (signet_discovery_page_t){
        .size = sizeof *made,
        .found = grown.found,
        .count = grown.count,
        .faults = grown.faults,
        .fault_count = grown.fault_count,
        .cursor = grown.cursor,
    };
    *page = made;
    return SIGNET_OK;
}
