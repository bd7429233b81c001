#include "core/crash.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FRAMES 64
#define WORDS_SECONDS 5

/* The file that the program itself is, to tell its own frames from those of what it loaded. */
static const char *own_file;

static void say(const char *words)
{
    size_t length = strlen(words);
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, words, length);
        if (written <= 0)
            return;
        words += written;
        length -= (size_t)written;
    }
}

/* The innermost frame of a plugin: they are what was loaded from a folder of plugins. */
static const char *plugin_of(void *const *frames, int count)
{
    for (int i = 0; i < count; i++) {
        Dl_info about;
        if (dladdr(frames[i], &about) && about.dli_fname && strstr(about.dli_fname, "plugins/") &&
            (!own_file || strcmp(about.dli_fname, own_file) != 0))
            return about.dli_fname;
    }
    return NULL;
}

/* What is called here is not safe in every handler: where it hangs, the alarm ends the process. */
static void handle(int number)
{
    void *frames[FRAMES];
    signal(SIGALRM, SIG_DFL);
    alarm(WORDS_SECONDS);
    const char *plugin = plugin_of(frames, backtrace(frames, FRAMES));
    say("signetd: crashed (");
    say(strsignal(number));
    say(plugin ? ") in " : ")");
    say(plugin ? plugin : "");
    say(plugin ? ": update the plugin, or remove it from the configuration\n"
               : ": report it with the core and the log\n");
    /* The handler is gone by now (SA_RESETHAND). */
    raise(number);
}

void core_crash_begin(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    struct sigaction action = {.sa_handler = handle, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    struct sigaction before;
    void *frames[1];
    Dl_info about;
    /* The first time it loads a library, which a handler must not. */
    backtrace(frames, 1);
    own_file = dladdr(frames[0], &about) ? about.dli_fname : NULL;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(signals[i], &action, NULL);
    }
}
