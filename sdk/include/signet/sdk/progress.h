/* Progress of long work in commands. */
#ifndef SIGNET_SDK_PROGRESS_H
#define SIGNET_SDK_PROGRESS_H

#include <signet/command.h>

/* Shows how many of `total` (0: not known) of what `unit` names are done, where the output can;
 * nothing where it is NULL. Cheap enough to be called for each. [any] */
void signet_progress(signet_output_t *output, signet_text_t unit, uint64_t done, uint64_t total);

#endif
