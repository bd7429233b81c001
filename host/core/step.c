#include "core/step.h"

#include <stdio.h>
#include <unistd.h>

#include "core/text.h"

static int step_descriptor = -1;

void core_step_begin(int descriptor)
{
    step_descriptor = descriptor;
}

void core_step(const char *what, signet_text_t plugin, signet_text_t instance)
{
    char line[512];
    if (step_descriptor < 0)
        return;
    int length =
        instance.length
            ? snprintf(line, sizeof line, "S%s of plugin %.*s (instance \"%.*s\")\n", what,
                       CORE_TEXT_ARG(plugin), CORE_TEXT_ARG(instance))
            : snprintf(line, sizeof line, "S%s of plugin %.*s\n", what, CORE_TEXT_ARG(plugin));
    /* A step that cannot be reported is missed by the parent alone, which then names the one
     * before it. */
    if (length > 0 && (size_t)length < sizeof line &&
        write(step_descriptor, line, (size_t)length) < 0)
        step_descriptor = -1;
}
