/* The sandbox: from here on the process may touch what its configuration names and ask the kernel
 * for what a daemon of this kind asks for, and no more. There is no way out of it: what it forbids
 * needs a restart. */
#ifndef CORE_SANDBOX_H
#define CORE_SANDBOX_H

#include "core/config.h"

/* Enters it, unless the configuration says otherwise. From main, once everything is open and before
 * any other thread. A kernel that lacks a part is told with core_sandbox_tell. */
int32_t core_sandbox_enter(signet_call_t *call, const core_config_t *config);
/* 1 once this process is in it. Any thread. */
int core_sandbox_entered(void);
/* A line in the log about how far it goes. */
void core_sandbox_tell(void);
/* OK where a changed configuration needs nothing that is forbidden; else CONFLICT, which says what
 * needs a restart. */
int32_t core_sandbox_check(signet_call_t *call, const core_config_t *next);

#endif
