#include "tui/ui/context.h"

#include "tui/ui/ui.h"

#include <string.h>

ax_context_id ax_ui_top(const ax_ui *ui)
{
    return ui->n_over ? ui->over[ui->n_over - 1] : AX_CONTEXT_VIEWS;
}

bool ax_ui_is_open(const ax_ui *ui, ax_context_id id)
{
    return id == AX_CONTEXT_VIEWS || memchr(ui->over, (int)id, ui->n_over) != NULL;
}

void ax_ui_close(ax_ui *ui, ax_context_id id)
{
    uint8_t *at = memchr(ui->over, (int)id, ui->n_over);
    if (!at)
        return;
    ui->n_over--;
    memmove(at, at + 1, (size_t)(ui->over + ui->n_over - at));
}

void ax_ui_open(ax_ui *ui, ax_context_id id)
{
    if (ax_contexts[id]->draw && ui->layout.status.rows > 0 && !ui->layout.message.rows) {
        ax_ui_say(ui, true, "too small: it needs %d columns and %d rows", AX_TINY_COLS, AX_TINY_ROWS);
        return;
    }
    if (ax_contexts[id]->open && !ax_contexts[id]->open(ui))
        return;
    ax_ui_close(ui, id);
    ui->over[ui->n_over++] = (uint8_t)id;
}
