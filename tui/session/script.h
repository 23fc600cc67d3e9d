/* Keys from a file, played on the screens: for tests and demonstrations. A line each:

     keys jj<Enter>     presses them: characters, or <Enter> <Esc> <Tab> <Space> <BS> <Up> <Down> <Left> <Right> <PgUp>
                        <PgDn> <Home> <End> <lt>
     wait TEXT          until the screen shows TEXT; after a minute the script has failed
     sleep SECONDS      for demonstrations
     save FILE          writes the screen: FILE.svg as SVG, FILE.ansi with colours for a terminal, else as text
     # ...              a remark */
#ifndef AX_TUI_SCRIPT_H
#define AX_TUI_SCRIPT_H

#include "engine/base/err.h"
#include "viz/canvas.h"

typedef struct ax_script ax_script;
/* AX_EINVAL names the line that isn't understood, AX_EIO a file that can't be read, or a screen that would replace the
   script, one that was saved before, or a file of the run (a directory). */
ax_script *ax_script_read(const char *path, const char *run, ax_err *err);
void ax_script_free(ax_script *s);

typedef enum ax_scripted {
    AX_SCRIPT_KEY,  /* *key is pressed */
    AX_SCRIPT_WAIT, /* for another screen, or until *until */
    AX_SCRIPT_END,
    AX_SCRIPT_FAILED
} ax_scripted;
/* What comes next, the screen being what is shown at the time now (seconds, any clock). */
ax_scripted ax_script_next(ax_script *s, const ax_canvas *screen, double now, uint32_t *key, double *until,
                           ax_err *err);

#endif
