/* What a shared object exports, read from its file. */
#include "program.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRY "signet_plugin_entry"

/* A file in memory; every look into it is checked against its length. */
typedef struct image {
    const uint8_t *data;
    size_t length;
} image_t;

static const void *at(const image_t *image, uint64_t offset, uint64_t length)
{
    return offset <= image->length && length <= image->length - offset ? image->data + offset
                                                                       : NULL;
}

static const char *name_at(const image_t *image, const Elf64_Shdr *strings, uint64_t offset)
{
    const char *table = at(image, strings->sh_offset, strings->sh_size);
    return table && offset < strings->sh_size &&
                   memchr(table + offset, 0, (size_t)(strings->sh_size - offset))
               ? table + offset
               : NULL;
}

static const char *judge(const image_t *image, const Elf64_Shdr *table, const Elf64_Shdr *strings,
                         char *fault, size_t size)
{
    const Elf64_Sym *symbols = at(image, table->sh_offset, table->sh_size);
    int found = 0;
    for (uint64_t i = 0; symbols && i < table->sh_size / sizeof *symbols; i++) {
        const char *name = name_at(image, strings, symbols[i].st_name);
        int is_global = ELF64_ST_BIND(symbols[i].st_info) != STB_LOCAL;
        if (!name || !is_global || symbols[i].st_shndx == SHN_UNDEF) {
            continue;
        }
        if (strcmp(name, ENTRY) != 0) {
            snprintf(fault, size, "it exports %s as well: link it with plugin.map", name);
            return fault;
        }
        found = 1;
    }
    return found ? NULL : "it does not export " ENTRY;
}

static const char *read_image(const image_t *image, char *fault, size_t size)
{
    const Elf64_Ehdr *header = at(image, 0, sizeof *header);
    if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64) {
        return "it is no shared object of this machine";
    }
    const Elf64_Shdr *sections =
        at(image, header->e_shoff, (uint64_t)header->e_shnum * sizeof *sections);
    for (uint64_t i = 0; sections && i < header->e_shnum; i++) {
        if (sections[i].sh_type == SHT_DYNSYM && sections[i].sh_link < header->e_shnum) {
            return judge(image, &sections[i], &sections[sections[i].sh_link], fault, size);
        }
    }
    return "it has no table of symbols";
}

const char *program_symbols(const char *path, char *fault, size_t size)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size == 0) {
        if (file >= 0) {
            close(file);
        }
        return "it cannot be read";
    }
    image_t image = {NULL, (size_t)about.st_size};
    void *data = mmap(NULL, image.length, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (data == MAP_FAILED) {
        return "it cannot be read";
    }
    image.data = data;
    const char *found = read_image(&image, fault, size);
    munmap(data, image.length);
    return found;
}
