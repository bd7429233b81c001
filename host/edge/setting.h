/* Reading settings of the `host` group. What is not set has the reader's own default. */
#ifndef EDGE_SETTING_H
#define EDGE_SETTING_H

#include <signet/option.h>

/* The member `name` of a group, or NULL. `group` may be NULL. */
const signet_setting_t *edge_setting_find(const signet_setting_t *group, const char *name);
int64_t edge_setting_integer(const signet_setting_t *group, const char *name, int64_t otherwise);
/* The text, or an empty one. */
signet_text_t edge_setting_text(const signet_setting_t *group, const char *name);

#endif
