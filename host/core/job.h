/* Jobs: periodic work of instances, run on lanes, never two runs of one job at a time. */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include "core/lane.h"
#include "core/registry_private.h"

/* No jobs yet. NULL when out of memory. */
core_jobs_t *core_jobs_new(core_generations_t *generations);
/* Adds a job, which runs from core_jobs_begin on; EXISTS where its instance has one of that name.
 * Any thread. */
int32_t core_jobs_add(core_jobs_t *jobs, signet_call_t *call, core_instance_t *instance,
                      const signet_job_t *job);
/* Has a job run now, or once more where it runs. NOT_FOUND. Any thread. */
int32_t core_jobs_wake(core_jobs_t *jobs, signet_call_t *call, const core_instance_t *instance,
                       signet_text_t name);
/* The jobs of an instance begin to run, each for the first time at once; one that an instance of
 * the same name has too, not before that one's run has ended. */
void core_jobs_begin(core_jobs_t *jobs, const core_instance_t *instance);
/* No further run of the instance's jobs begins; those under way may end. */
void core_jobs_retire(core_jobs_t *jobs, const core_instance_t *instance);
/* Waits for its runs under way, and forgets its jobs. */
void core_jobs_remove(core_jobs_t *jobs, const core_instance_t *instance);
/* Begins to run them. */
int32_t core_jobs_run(core_jobs_t *jobs, core_lanes_t *lanes);
/* No further run begins. Returns once that is certain. */
void core_jobs_stop(core_jobs_t *jobs);
/* Stops, cancels the calls of runs under way, and waits for them. */
void core_jobs_end(core_jobs_t *jobs);
/* Ends and frees it all. */
void core_jobs_free(core_jobs_t *jobs);

#endif
