/* Numbers of keys, for the reader of the terminal and the table of actions. */
#ifndef AX_TUI_KEYCODE_H
#define AX_TUI_KEYCODE_H

/* Keys are Unicode code points; keys without one have numbers above them. */
enum {
    AX_KEY_ENTER = '\r',
    AX_KEY_ESCAPE = 0x1b,
    AX_KEY_BACKSPACE = 0x7f,
    AX_KEY_UP = 0x110000,
    AX_KEY_DOWN,
    AX_KEY_LEFT,
    AX_KEY_RIGHT,
    AX_KEY_PAGE_UP,
    AX_KEY_PAGE_DOWN,
    AX_KEY_HOME,
    AX_KEY_END,
    AX_KEY_DELETE,
    AX_KEY_BACKTAB,
    AX_KEY_F1,
    AX_KEY_F12 = AX_KEY_F1 + 11, /* those between follow each other */
    AX_KEY_MOUSE,                /* no key: the mouse did something (ax_term_mouse_event) */
    AX_KEY_PASTE                 /* no key: text was pasted (ax_term_paste) */
};
#define AX_CTRL(letter) ((letter)&0x1f)

#endif
