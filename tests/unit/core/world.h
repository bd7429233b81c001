/* A temporary folder with a configuration in it, and the mock plugins of the build. */
#ifndef WORLD_H
#define WORLD_H

#include "core/call.h"
#include "core/config.h"
#include "core/registry.h"

/* Makes the folder and a call. Ends the process where that fails. */
void world_begin(void);
/* Ends the call, and removes the folder with all in it. */
void world_end(void);
/* The call of this world; its error is that of the last failure. */
signet_call_t *world_call(void);
/* The message of the call's error, as a C string; "" without one. */
const char *world_message(void);
/* Forgets the call's error. */
void world_clear(void);
/* The path of a file in the folder. Static memory, good until the next four paths. */
const char *world_path(const char *name);
/* The path of a file in the build folder, likewise. */
const char *world_build(const char *name);
/* Writes a file into the folder, with mode 0600. */
void world_write(const char *name, const char *content);
/* Copies a mock plugin into the folder "plugins" of this world. */
void world_copy_plugin(const char *id, const char *as);
/* Writes "signet.cfg" with this list of blocks, and an empty host group. */
void world_configure(const char *blocks);
/* Loads "signet.cfg" with the mock plugins of the build, or with those of `folder`. */
int32_t world_load(const char *folder, core_config_t **config);
/* 1 where the whole of `text` is one line. */
int world_is_line(const char *text);

#endif
