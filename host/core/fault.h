/* Faults of a configuration, collected so that all of them are told at once. */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#include <signet/call.h>

#include "core/buffer.h"

/* Starts out as all zero. */
typedef struct core_faults {
    core_buffer_t text;
    uint64_t count;
} core_faults_t;

/* Adds "FILE:LINE: message"; a line of 0 and an empty file are left out. Controls in the message
 * are escaped, since it may quote the file. One thread at a time. */
__attribute__((format(printf, 4, 5))) void core_fault(core_faults_t *faults, signet_text_t file,
                                                      uint32_t line, const char *format, ...);
/* OK where there are none; otherwise fails with all of them as the message. Frees them. */
int32_t core_faults_end(core_faults_t *faults, signet_call_t *call, const char *reason);

#endif
