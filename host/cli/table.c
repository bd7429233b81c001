/* Tables that fit the terminal: wide columns are shortened first, then the others, never numbers.
 */
#include "cli/table.h"

#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/text.h"

#define GAP 2U
#define NARROWEST 6U
#define ROWS 1000U

struct cli_table {
    uint64_t count;
    uint64_t width;
    int color;
    int titled;
    uint64_t cell_count;
    char **titles;
    uint32_t *flags;
    uint64_t *widths; /* the widest cell of each column so far */
    char **cells;     /* rows one behind the other */
};

uint64_t cli_text_width(const char *text)
{
    uint64_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static char *printable(signet_text_t text)
{
    core_buffer_t buffer = {0};
    core_buffer_string(&buffer, "");
    core_buffer_plain(&buffer, text);
    if (!buffer.failed && buffer.data)
        return buffer.data;
    core_buffer_free(&buffer);
    return strdup("");
}

cli_table_t *cli_table_new(const signet_column_t *columns, uint64_t count, uint64_t width,
                           int color)
{
    cli_table_t *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    table->width = width;
    table->color = color;
    table->titles = calloc(count + 1, sizeof *table->titles);
    table->flags = calloc(count + 1, sizeof *table->flags);
    table->widths = calloc(count + 1, sizeof *table->widths);
    table->cells = calloc(count * ROWS + 1, sizeof *table->cells);
    if (!table->titles || !table->flags || !table->widths || !table->cells) {
        cli_table_free(table);
        return NULL;
    }
    table->count = count;
    for (uint64_t index = 0; index < count; index++) {
        const signet_column_t *column = SIGNET_AT(signet_column_t, columns, index);
        table->titles[index] = printable(column->title);
        table->flags[index] = column->flags;
        if (!table->titles[index]) {
            cli_table_free(table);
            return NULL;
        }
        table->widths[index] = cli_text_width(table->titles[index]);
    }
    return table;
}

int cli_table_row(cli_table_t *table, const signet_text_t *cells, FILE *stream)
{
    if (table->cell_count == table->count * ROWS)
        cli_table_print(table, stream);
    for (uint64_t index = 0; index < table->count; index++) {
        char *cell = printable(cells[index]);
        if (!cell)
            return 0;
        uint64_t width = cli_text_width(cell);
        if (width > table->widths[index])
            table->widths[index] = width;
        table->cells[table->cell_count++] = cell;
    }
    return 1;
}

/* The column that gives way next: the widest that has any of these flags and may still do so. */
static uint64_t giving(const cli_table_t *table, const uint64_t *widths, uint32_t with)
{
    uint64_t best = table->count;
    for (uint64_t index = 0; index < table->count; index++) {
        int may = with ? (table->flags[index] & with) != 0
                       : !(table->flags[index] & SIGNET_COLUMN_NUMBER);
        if (may && widths[index] > NARROWEST &&
            (best == table->count || widths[index] > widths[best]))
            best = index;
    }
    return best;
}

static void fit(const cli_table_t *table, uint64_t *widths)
{
    uint64_t total = table->count ? (table->count - 1) * GAP : 0;
    for (uint64_t index = 0; index < table->count; index++) {
        widths[index] = table->widths[index];
        total += widths[index];
    }
    while (table->width && total > table->width) {
        uint64_t index = giving(table, widths, SIGNET_COLUMN_WIDE);
        if (index == table->count)
            index = giving(table, widths, 0);
        if (index == table->count)
            return;
        widths[index]--;
        total--;
    }
}

/* One cell in `width` characters, with "…" where something is left out. The last column is not
 * padded. */
static void print_cell(const char *cell, uint64_t width, int right, int last, FILE *stream)
{
    uint64_t have = cli_text_width(cell);
    uint64_t pad = have < width ? width - have : 0;
    if (right)
        fprintf(stream, "%*s", (int)pad, "");
    if (have <= width) {
        fputs(cell, stream);
    } else {
        uint64_t left = width - 1;
        const char *end = cell;
        while (*end && (left > 0 || ((unsigned char)*end & 0xc0) == 0x80)) {
            left -= ((unsigned char)*end & 0xc0) != 0x80;
            end++;
        }
        fprintf(stream, "%.*s…", (int)(end - cell), cell);
    }
    if (!right && !last)
        fprintf(stream, "%*s", (int)pad, "");
    if (!last)
        fprintf(stream, "%*s", (int)GAP, "");
}

static void print_row(const cli_table_t *table, const uint64_t *widths, char *const *cells,
                      FILE *stream)
{
    for (uint64_t index = 0; index < table->count; index++)
        print_cell(cells[index], widths[index], (table->flags[index] & SIGNET_COLUMN_NUMBER) != 0,
                   index + 1 == table->count, stream);
    fputs("\n", stream);
}

void cli_table_print(cli_table_t *table, FILE *stream)
{
    uint64_t *widths = calloc(table->count + 1, sizeof *widths);
    if (widths) {
        fit(table, widths);
        if (!table->titled) {
            fputs(table->color ? "\033[1m" : "", stream);
            print_row(table, widths, table->titles, stream);
            fputs(table->color ? "\033[0m" : "", stream);
        }
        table->titled = 1;
        for (uint64_t at = 0; at < table->cell_count; at += table->count)
            print_row(table, widths, table->cells + at, stream);
    }
    free(widths);
    for (uint64_t at = 0; at < table->cell_count; at++)
        free(table->cells[at]);
    table->cell_count = 0;
}

void cli_table_free(cli_table_t *table)
{
    if (!table)
        return;
    for (uint64_t at = 0; at < table->cell_count; at++)
        free(table->cells[at]);
    for (uint64_t index = 0; index < table->count; index++)
        free(table->titles[index]);
    free(table->titles);
    free(table->flags);
    free(table->widths);
    free(table->cells);
    free(table);
}
