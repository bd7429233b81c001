/* Showing answers of the REST API in remote commands: to people as labelled values and tables, with
 * --json as the objects that the host answered, whole. */
#ifndef SIGNET_SDK_SHOW_H
#define SIGNET_SDK_SHOW_H

#include <signet/sdk/client.h>

/* A column whose name is the member's name: SIGNET_COLUMN("serial", "Serial", flags). */
#define SIGNET_COLUMN(member, heading, column_flags)                                               \
    {                                                                                              \
        .size = sizeof(signet_column_t), .flags = (column_flags),                                  \
        .name = SIGNET_TEXT_INIT(member), .title = SIGNET_TEXT_INIT(heading),                      \
    }

/* The text of a cell where it is not simply the member's. */
typedef signet_text_t (*signet_cell_t)(signet_call_t *call, const signet_json_t *object,
                                       signet_text_t member);

/* A value for people: text as it is, numbers, yes and no, the elements of an array joined by ", ";
 * the empty text for NULL and for objects. [any] */
signet_text_t signet_show_text(signet_call_t *call, const signet_json_t *value);
/* A value written as JSON again. [any] */
void signet_json_value(signet_json_writer_t *writer, const char *name, const signet_json_t *value);
/* Shows one object: the columns that it has, one a line. `cell` may be NULL. [any] */
int32_t signet_show_object(signet_call_t *call, signet_output_t *output,
                           const signet_json_t *object, const signet_column_t *columns,
                           uint64_t count, signet_cell_t cell);

/* A list and where it comes from. */
typedef struct signet_listing {
    signet_text_t path; /* with a query or without: "/v1/certificates?state=valid" */
    const char *member; /* that holds the array: "certificates" */
    uint64_t limit;     /* most items shown; 0: all */
    int whole;          /* 1: the route answers all at once and takes no limit and cursor */
    const signet_column_t *columns;
    uint64_t column_count;
    signet_cell_t cell; /* may be NULL */
} signet_listing_t;

/* Shows a list, following `next` from page to page, each in a call of its own. A note says where
 * there would be more. [worker] */
int32_t signet_show_list(signet_call_t *call, const signet_command_input_t *input,
                         const signet_listing_t *listing);
/* Adds "?NAME=VALUE" or "&NAME=VALUE" to a path, encoded; nothing where the value is empty.
 * [any] */
void signet_url_query(signet_buffer_t *path, const char *name, signet_text_t value);

#endif
