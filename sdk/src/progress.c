#include <signet/sdk/progress.h>

void signet_progress(signet_output_t *output, signet_text_t unit, uint64_t done, uint64_t total)
{
    if (output && SIGNET_HAS(output->services, progress))
        output->services->progress(output, unit, done, total);
}
