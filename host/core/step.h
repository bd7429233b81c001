/* The steps of a trial, reported by the child as it begins each one. */
#ifndef CORE_STEP_H
#define CORE_STEP_H

#include <signet/base.h>

/* From here on steps are written to `descriptor`, one a line. For the child of a trial. */
void core_step_begin(int descriptor);
/* Reports that `what` ("load", "open", "close") begins for a plugin, and for which instance.
 * Nothing where no trial runs. One thread at a time. */
void core_step(const char *what, signet_text_t plugin, signet_text_t instance);

#endif
