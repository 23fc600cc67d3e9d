#include "tui/ui/action.h"

#define ROW(id, key, label, hint, help, needs) [AX_DO_##id] = { key, label, hint, help, needs },
const ax_action_row ax_actions[AX_ACTION_COUNT] = { AX_ACTION_LIST(ROW) };

ax_action ax_action_of(uint32_t key)
{
    static const struct {
        uint32_t key;
        ax_action action;
    } also[] = {
        { AX_KEY_DOWN, AX_DO_DOWN },  { AX_KEY_UP, AX_DO_UP },    { AX_KEY_LEFT, AX_DO_VIEW_BACK },
        { AX_KEY_HOME, AX_DO_FIRST }, { AX_KEY_END, AX_DO_LAST }, { AX_KEY_RIGHT, AX_DO_VIEW_ON },
        { '\n', AX_DO_OPEN },         { ' ', AX_DO_PAGE_DOWN },   { AX_KEY_BACKTAB, AX_DO_WIRING },
    };
    for (int i = 0; i < AX_ACTION_COUNT; i++)
        if (ax_actions[i].key == key)
            return (ax_action)i;
    for (unsigned i = 0; i < sizeof also / sizeof *also; i++)
        if (also[i].key == key)
            return also[i].action;
    return AX_DO_NOTHING;
}

long ax_action_moves(ax_action a, long page, long all)
{
    switch (a) {
    case AX_DO_DOWN:
        return 1;
    case AX_DO_UP:
        return -1;
    case AX_DO_PAGE_DOWN:
        return page;
    case AX_DO_PAGE_UP:
        return -page;
    case AX_DO_FIRST:
        return -all;
    case AX_DO_LAST:
        return all;
    default:
        return 0;
    }
}
