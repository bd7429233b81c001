/* The privileges of root, and being rid of them. */
#ifndef CORE_PRIVILEGE_H
#define CORE_PRIVILEGE_H

#include "core/config.h"

/* Whether `config` names a user to become, and this process is root and can. */
int core_privilege_held(const core_config_t *config);
/* Becomes the user and group of the `host` group, with no capability and no way back. Nothing
 * happens where it names none. Who is not root may only be that user already. From main, before any
 * other thread, process or plugin. */
int32_t core_privilege_drop(signet_call_t *call, const core_config_t *config);
/* Says in the log where the process is root all the same. */
void core_privilege_tell(void);

#endif
