/* How a session begins, with the user's preferences, and what is printed at its end. */
#include "tui/session/session_internal.h"

#include "engine/wire/run.h"
#include "tui/session/invocation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void ax_session_say_farewell(const ax_session_state *s, ax_str *out)
{
    const char *p = s->ui.program, *r = s->operand;
    if (s->ui.replay.on)
        return;
    if (s->ui.removed)
        ax_str_printf(out, "%s was removed.", s->ui.run);
    else if (s->engine.client && !s->stopped)
        ax_str_printf(out, "%s goes on in the background.  %s attach %s: come back.  %s stop %s: end it.", s->ui.run, p,
                      r, p, r);
    else if (s->state.died)
        ax_str_printf(out, "The engine of %s has died.  %s resume %s: go on.", s->ui.run, p, r);
    else if (s->state.ending == AX_ENDING_FINISHED)
        ax_str_printf(out, "%s is finished.  %s attach %s: look at it again.", s->ui.run, p, r);
    else
        ax_str_printf(out, "%s has stopped.  %s resume %s: go on.  %s attach %s: look at it.", s->ui.run, p, r, p, r);
}

/* Sets the operand by which the run is attached to; a run in the home of runs needs its name only. */
void ax_session_name_target(ax_session_state *s, const char *path, char name[64])
{
    char home[PATH_MAX];
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    snprintf(s->target, sizeof s->target, "%.*s", (int)n, path);
    const char *slash = strrchr(s->target, '/');
    snprintf(name, 64, "%.63s", slash ? slash + 1 : s->target);
    if (slash && ax_run_home(home, sizeof home, NULL) == AX_OK && strlen(home) == (size_t)(slash - s->target) &&
        !strncmp(home, s->target, strlen(home)))
        memmove(s->target, slash + 1, strlen(slash));
    ax_shell_word(s->target, s->operand, sizeof s->operand);
}

void ax_session_read_settings(ax_session_state *s)
{
    if (ax_settings_read_run(&s->settings, s->dirfd, NULL) == AX_OK) {
        s->ui.settings = &s->settings;
        s->ui.channels = (int)s->settings.channels;
        s->ui.repeats = (int)s->settings.repeats;
    }
}

/* Reads the user's preferences, which a script must not depend on. */
void ax_session_start_config(ax_session_state *s)
{
    const ax_tui_options *o = s->options;
    if (s->script) {
        s->config = (ax_config) { .ascii = -1, .rate = 4 };
        ax_keymap_init(&s->config.keys);
    } else {
        ax_config_read(&s->config);
    }
    s->ui.keys = s->config.keys;
    ax_ui_selection(&s->ui)->columns = s->config.columns;
    s->draw_every = o->low_bandwidth ? fmax(1, 1 / s->config.rate) : 1 / s->config.rate;
    ax_term_choose_graphics(s->term, o->low_bandwidth ? AX_GRAPHICS_CELLS : s->config.pictures);
    s->ascii = ax_config_ascii(&s->config, o->ascii, s->term);
    s->canvas.theme = ax_config_theme(&s->config, s->term);
    s->ui.mouse = s->config.mouse;
    ax_term_mouse(s->term, s->ui.mouse);
    if (s->config.wrong[0])
        ax_ui_say(&s->ui, true, "%s", s->config.wrong);
}
