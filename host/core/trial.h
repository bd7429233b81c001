/* The trial: one child process that loads, opens and closes every plugin of a configuration, so
 * that one that crashes or hangs there cannot take the host down. The child also reports every
 * fault of the configuration. */
#ifndef CORE_TRIAL_H
#define CORE_TRIAL_H

#include <signet/call.h>

/* What a trial is given. */
typedef struct core_trial {
    const char *path;            /* of the configuration */
    signet_text_t plugin_folder; /* as for core_config_load */
    const char *executable;      /* whose main calls core_trial_child; NULL: this process's own */
    int64_t step_ms;             /* how long one step may take; 0: ten seconds */
} core_trial_t;

/* Runs the trial. A failure is the child's own (every fault of the configuration a line), or names
 * the plugin and the step in which the child crashed or hung. */
int32_t core_trial_run(signet_call_t *call, const core_trial_t *trial);
/* To be called first in main. In a trial's child it does the work and answers 1, with the exit
 * code in `code`; in any other process it answers 0 at once. */
int core_trial_child(int argc, char **argv, int *code);

#endif
