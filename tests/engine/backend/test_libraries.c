/* Where the CUDA plugin's libraries are looked for: cuDNN from NVIDIA's archive, and as a Python wheel. */
#include "engine/backend/libraries.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/auxcell-libraries-XXXXXX";

/* Makes all folders of a path and an empty file at its end. */
static void put(const char *below)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", root, below);
    for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')); *at++ = '/') {
        *at = 0;
        (void)mkdir(path, 0700);
    }
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
}

static void expect(const char *name, const char *below)
{
    char path[4096] = "", want[4096];
    bool found = ax_library_find(name, path);
    snprintf(want, sizeof want, "%s/%s", root, below ? below : "");
    assert_int_equal(found, below != NULL);
    if (below)
        assert_string_equal(path, want);
}

TEST(archives_and_wheels)
{
    char place[4096];
    assert_non_null(mkdtemp(root));
    unsetenv("CUDNN_HOME");
    unsetenv("CUDA_HOME");
    snprintf(place, sizeof place, "%s/home", root);
    setenv("HOME", place, 1);
    snprintf(place, sizeof place, "%s/venv", root);
    setenv("VIRTUAL_ENV", place, 1);
    expect("libnone.so.9", NULL);
    put("home/.local/lib/python3.13/site-packages/nvidia/cudnn/lib/libnone.so.9");
    expect("libnone.so.9", "home/.local/lib/python3.13/site-packages/nvidia/cudnn/lib/libnone.so.9");
    put("venv/lib/python3.11/site-packages/nvidia/cu13/lib/libnone.so.9"); /* is found first */
    expect("libnone.so.9", "venv/lib/python3.11/site-packages/nvidia/cu13/lib/libnone.so.9");
    put("archive/lib/libnone.so.9");
    snprintf(place, sizeof place, "%s/archive", root);
    setenv("CUDNN_HOME", place, 1);
    expect("libnone.so.9", "archive/lib/libnone.so.9");
    setenv("CUDNN_HOME", "", 1);
    expect("libnone.so.9", "venv/lib/python3.11/site-packages/nvidia/cu13/lib/libnone.so.9");
    snprintf(place, sizeof place, "rm -r %s", root);
    assert_int_equal(system(place), 0);
}

int main(void)
{
    return RUN_TESTS(archives_and_wheels);
}
