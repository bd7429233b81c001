#include "core/loader_file.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/call.h"

#if __SIZEOF_POINTER__ == 8
#define OUR_CLASS ELFCLASS64
#else
#define OUR_CLASS ELFCLASS32
#endif
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OUR_ORDER ELFDATA2LSB
#else
#define OUR_ORDER ELFDATA2MSB
#endif

/* The host's own machine, from the header of the program itself. */
static ElfW(Half) own_machine(void)
{
    extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));
    return __ehdr_start.e_machine;
}

/* Fails where others than root and we may change `path`. */
static int32_t check_owner(signet_call_t *call, const char *path, const struct stat *about)
{
    if (about->st_uid != 0 && about->st_uid != geteuid())
        return core_fail(call, SIGNET_DENIED, "plugin.owner",
                         "%s belongs to user %u: plugins must belong to root or to the user that "
                         "runs the host; chown it",
                         path, (unsigned)about->st_uid);
    if (about->st_mode & (S_IWGRP | S_IWOTH))
        return core_fail(call, SIGNET_DENIED, "plugin.mode",
                         "%s has mode %04o, so that others may change it: chmod go-w it", path,
                         (unsigned)(about->st_mode & 07777));
    return SIGNET_OK;
}

/* 1 where `count` entries of `size` octets from `offset` lie within the file. */
static int lies_within(uint64_t offset, uint64_t count, uint64_t size, uint64_t whole)
{
    return offset <= whole && (size == 0 || count <= (whole - offset) / size);
}

/* 1 where all that the headers tell of is in the file. */
static int is_whole(int file, const ElfW(Ehdr) * header, uint64_t whole)
{
    if (header->e_phentsize != sizeof(ElfW(Phdr)) ||
        !lies_within(header->e_phoff, header->e_phnum, header->e_phentsize, whole) ||
        !lies_within(header->e_shoff, header->e_shnum, header->e_shentsize, whole))
        return 0;
    for (uint64_t index = 0; index < header->e_phnum; index++) {
        ElfW(Phdr) segment;
        off_t at = (off_t)(header->e_phoff + index * sizeof segment);
        if (pread(file, &segment, sizeof segment, at) != (ssize_t)sizeof segment ||
            !lies_within(segment.p_offset, segment.p_filesz, 1, whole))
            return 0;
    }
    return 1;
}

static int32_t check_header(signet_call_t *call, const char *path, int file, uint64_t whole)
{
    ElfW(Ehdr) header;
    ssize_t got = pread(file, &header, sizeof header, 0);
    if (got < SELFMAG || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return core_fail(call, SIGNET_INVALID, "plugin.not-elf",
                         "%s is not a shared object: install the plugin again", path);
    if (got < (ssize_t)sizeof header)
        return core_fail(call, SIGNET_CORRUPT, "plugin.truncated",
                         "%s is truncated: install the plugin again", path);
    if (header.e_ident[EI_CLASS] != OUR_CLASS || header.e_ident[EI_DATA] != OUR_ORDER ||
        header.e_machine != own_machine())
        return core_fail(call, SIGNET_INVALID, "plugin.machine",
                         "%s was built for another machine (ELF class %u, machine %u; this host is "
                         "class %u, machine %u): install the plugin for this one",
                         path, (unsigned)header.e_ident[EI_CLASS], (unsigned)header.e_machine,
                         (unsigned)OUR_CLASS, (unsigned)own_machine());
    if (header.e_type != ET_DYN)
        return core_fail(call, SIGNET_INVALID, "plugin.type",
                         "%s is not a shared object but ELF type %u: install the plugin again",
                         path, (unsigned)header.e_type);
    if (!is_whole(file, &header, whole))
        return core_fail(call, SIGNET_CORRUPT, "plugin.truncated",
                         "%s is truncated: install the plugin again", path);
    return SIGNET_OK;
}

int32_t core_loader_check_file(signet_call_t *call, const char *folder, const char *path)
{
    struct stat about;
    if (stat(folder, &about) != 0)
        return core_fail(call, SIGNET_NOT_FOUND, "plugin.folder",
                         "the plugin folder %s cannot be opened (%s): name the right one with "
                         "host.plugins or --plugins",
                         folder, strerror(errno));
    int32_t status = check_owner(call, folder, &about);
    if (status != SIGNET_OK)
        return status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0 && errno == ENOENT)
        return core_fail(call, SIGNET_NOT_FOUND, "plugin.missing",
                         "%s does not exist: install the plugin or correct its name", path);
    if (file < 0 && errno != ELOOP)
        return core_fail(call, SIGNET_DENIED, "plugin.unreadable",
                         "%s cannot be read (%s): make it readable for the user that runs the host",
                         path, strerror(errno));
    if (file < 0 || fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
        status = core_fail(call, SIGNET_INVALID, "plugin.not-a-file",
                           "%s is not a regular file: install the plugin itself there", path);
    if (status == SIGNET_OK)
        status = check_owner(call, path, &about);
    if (status == SIGNET_OK)
        status = check_header(call, path, file, (uint64_t)about.st_size);
    if (file >= 0)
        close(file);
    return status;
}
