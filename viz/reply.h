/* A terminal's answers to what it supports: it is asked once, at the start, and the last question is one that all
   terminals answer. */
#ifndef AX_VIZ_REPLY_H
#define AX_VIZ_REPLY_H

#include <stdbool.h>
#include <stddef.h>

/* Whether it takes Kitty's graphics, how many pixels a cell has (XTWINOPS 16), whether it knows synchronized output
   (the state of mode 2026) and events of its focus (of mode 1004), and primary device attributes (DA1), where 4 means
   sixel. Answers come in this order. */
#define AX_REPLY_PICTURES "\033_Gi=1,s=1,v=1,a=q,t=d,f=24;AAAA\033\\\033[16t"
#define AX_REPLY_END "\033[c"
#define AX_REPLY_QUERY AX_REPLY_PICTURES "\033[?2026$p\033[?1004$p" AX_REPLY_END

typedef struct ax_reply {
    bool whole; /* the last answer is there */
    bool kitty, sixel, sync, focus;
    int cell_h, cell_w; /* pixels; 0 = not said */
} ax_reply;

/* Whether the terminal may be asked. Inside tmux and screen the answer would be theirs, not the terminal's; the Linux
   console prints what it doesn't know. */
bool ax_reply_may_be_asked(void);
/* Takes one whole control sequence, or string of Kitty's graphics, that is no key. */
void ax_reply_take(ax_reply *r, const char *bytes, size_t n);

#endif
