#include "tests/helper/mantable.h"

#include "engine/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool ax_man_part(const char *path, const char *name, const char *want)
{
    char *page, head[64];
    size_t n;
    ax_err err;
    if (ax_file_read(AT_FDCWD, path, 1 << 20, &page, &n, &err) != AX_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return false;
    }
    snprintf(head, sizeof head, ".\\\" list %s\n", name);
    char *from = strstr(page, head), *to = from ? strstr(from, ".\\\" end\n") : NULL;
    bool same = false;
    if (!to) {
        fprintf(stderr, "%s: has no list %s\n", path, name);
    } else if (getenv("AX_UPDATE_MAN")) {
        ax_str out;
        ax_str_init(&out, 0);
        from += strlen(head);
        ax_str_bytes(&out, page, (size_t)(from - page));
        ax_str_add(&out, want);
        ax_str_add(&out, to);
        same = ax_file_replace(AT_FDCWD, path, out.text, out.len, &err) == AX_OK;
        ax_str_release(&out);
    } else {
        from += strlen(head);
        same = (size_t)(to - from) == strlen(want) && !memcmp(from, want, strlen(want));
        size_t k = 0, line = 0;
        while (!same && want[k] && from + k < to && from[k] == want[k])
            if (want[k++] == '\n')
                line = k;
        if (!same)
            fprintf(stderr,
                    "%s: list %s is not what the program says; AX_UPDATE_MAN=1 rewrites it. First difference:\n"
                    "  page:    %.*s\n  program: %.*s\n",
                    path, name, (int)strcspn(from + line, "\n"), from + line, (int)strcspn(want + line, "\n"),
                    want + line);
    }
    free(page);
    return same;
}

void ax_man_text(ax_str *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        char one[2] = { *c, '\0' };
        if (*c == '\\')
            ax_str_add(out, "\\e");
        else if ((*c == '.' || *c == '\'') && c == text)
            ax_str_printf(out, "\\&%c", *c);
        else if (*c == '-')
            ax_str_add(out, "\\-");
        else
            ax_str_add(out, one);
    }
}
