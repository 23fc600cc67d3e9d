/* Exported files: the masks of a candidate as PNG, the table as CSV, views as SVG. */
#ifndef AX_TUI_EXPORT_H
#define AX_TUI_EXPORT_H

#include "tui/ui/ui.h"

/* Writes RUN/export/ID-K.png (palette, index = class id) for every image of the selected candidate. The message line
   says so, or why not; likewise below. */
void ax_export_masks(ax_ui *ui, int dirfd, const char *run);

/* Appends the screen in the format that the ending of a file's name says: .svg, .ansi (text with colours), else text.
 */
void ax_export_screen(const ax_canvas *screen, const char *file, const char *title, ax_str *out);

/* Writes RUN/export/VIEW.svg, or screen.svg, .txt or .ansi: the picture that ui->picture asks for. */
void ax_export_picture(ax_ui *ui, const ax_canvas *screen, int dirfd, const char *run);

/* Writes RUN/export/candidates.csv: the rows of the table in their order, with all fields. */
void ax_export_table(ax_ui *ui, int dirfd, const char *run);

#endif
