/* Tables that fit the terminal. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdio.h>

#include "cli/cli.h"

typedef struct cli_table cli_table_t;

/* A table of these columns; `width` characters wide at most, 0: any. NULL when out of memory. */
cli_table_t *cli_table_new(const signet_column_t *columns, uint64_t count, uint64_t width,
                           int color);
/* Adds a row, copied. Every thousand rows are printed, so that a long list needs little memory. 0
 * when out of memory. */
int cli_table_row(cli_table_t *table, const signet_text_t *cells, FILE *stream);
/* Prints what is there: a line of titles before the first rows. */
void cli_table_print(cli_table_t *table, FILE *stream);
void cli_table_free(cli_table_t *table);
/* The characters of printable text. */
uint64_t cli_text_width(const char *text);

#endif
