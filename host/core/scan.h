/* Integers in configuration files as they stand there. libconfig 1.5 takes a literal that does not
 * fit into its type without a word and makes another number of it. */
#ifndef CORE_SCAN_H
#define CORE_SCAN_H

#include "core/fault.h"

/* Reads the file at `path` and adds a fault for every integer literal that does not fit, naming the
 * file `shown`. */
void core_scan_file(core_faults_t *faults, const char *path, signet_text_t shown);
/* The same for text. */
void core_scan_text(core_faults_t *faults, signet_text_t content, signet_text_t shown);

#endif
