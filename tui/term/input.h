/* Turns the bytes that a terminal sends into keys and pastes. The caller reads the bytes and gives the times. */
#ifndef AX_TUI_INPUT_H
#define AX_TUI_INPUT_H

#include "viz/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AX_INPUT_SENT = 16, AX_INPUT_KNOWN = 96, AX_INPUT_HELD = 512, AX_PASTE_TEXT = 4096 };

typedef struct ax_input {
    struct {
        char sent[AX_INPUT_SENT]; /* the sequence, which begins with Escape */
        uint32_t key;
    } known[AX_INPUT_KNOWN];
    int n_known;
    char held[AX_INPUT_HELD]; /* bytes that don't make a whole key yet */
    size_t n;
    double fed_at;
    struct {
        int button, row,
            col; /* as the terminal numbers buttons: 0 left, 64 and 65 the wheel; rows and columns from 0 */
        bool pressed;
    } mouse;
    bool unfocused; /* the terminal's last focus event was a loss */
    bool pasting;
    char paste[AX_PASTE_TEXT]; /* terminated */
    size_t pasted, lost;       /* bytes kept, and those that found no room */
    ax_reply reply;            /* what the terminal has answered so far */
    double asked_until;        /* until this time an answer may come, so a lone Escape is waited for longer */
    double due;                /* when to ask again although no byte came; INFINITY = never */
} ax_input;

/* Begins with the usual sequences of arrows and their neighbours. */
void ax_input_init(ax_input *in);
/* Adds a key's sequence on this terminal; one that doesn't begin with Escape, or is too long, is ignored. */
void ax_input_add(ax_input *in, const char *sent, uint32_t key);
/* Takes as many bytes as there is room for, at time now (seconds, a clock that never goes back); returns how many. */
size_t ax_input_feed(ax_input *in, const char *bytes, size_t n, double now);
/* The next key (tui/action.h), decoded as the locale says. AX_KEY_MOUSE: in->mouse
   is what it did. AX_KEY_PASTE: in->paste is what was pasted, as it was sent,
   until the next call. False: nothing is whole yet; ask again at in->due. Sequences without a meaning are skipped. */
bool ax_input_next(ax_input *in, double now, uint32_t *key);

#endif
