#include "engine/base/file.h"
#include "engine/base/json.h"
#include "tests/helper/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ax_json_doc *parse(const char *text, ax_err *err)
{
    return ax_json_parse(text, strlen(text), "a.json", err);
}

TEST(test_tree)
{
    ax_err err = { AX_OK, "" };
    ax_json_doc *doc =
        parse("\xef\xbb\xbf{\"a\": [1, -2.5, 3e2], \"b\": {\"c\": \"\\u00e9\", \"none\": null}, \"t\": true,\n"
              " \"id\": 900100581904, \"empty\": [], \"twice\": 1, \"twice\": 2}",
              &err);
    assert_non_null(doc);
    const ax_json *root = ax_json_root(doc);
    assert_int_equal(root->kind, AX_JSON_OBJECT);
    assert_int_equal(root->u.list.n, 7);
    double v[3] = { 0 }, number = 7;
    assert_true(ax_json_numbers(ax_json_get(root, "a"), v, 3));
    assert_true(v[0] == 1 && v[1] == -2.5 && v[2] == 300);
    assert_false(ax_json_numbers(ax_json_get(root, "a"), v, 2));
    assert_false(ax_json_numbers(ax_json_get(root, "b"), v, 2));
    assert_string_equal(ax_json_text(ax_json_get(root, "b"), "c"), "\xc3\xa9");
    assert_int_equal(ax_json_get(ax_json_get(root, "b"), "none")->kind, AX_JSON_NULL);
    assert_true(ax_json_get_as(root, "t", AX_JSON_BOOL)->u.truth);
    assert_null(ax_json_get_as(root, "t", AX_JSON_STRING));
    assert_true(ax_json_number(root, "id", &number) && number == 900100581904.0);
    assert_false(ax_json_number(root, "t", &number));
    assert_true(number == 900100581904.0);
    assert_true(ax_json_number(root, "twice", &number) && number == 2);
    assert_int_equal(ax_json_get(root, "empty")->u.list.n, 0);
    assert_null(ax_json_get(root, "empty")->u.list.first);
    assert_null(ax_json_get(root, "c"));
    assert_null(ax_json_get(NULL, "c"));
    assert_null(ax_json_text(ax_json_get(root, "a"), "c"));
    ax_json_free(doc);
    ax_json_free(NULL);
}

TEST(test_refused)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        { "", "a.json: " },
        { "{\"a\":\n1,}", "a.json: line 2: " },
        { "[1, NaN]", "a.json: line 1: " },
        { "[1] 2", "a.json: line 1: " },
        { "[1e999]", "a.json: line 1: " },
        { "[\"a", "a.json: line 1: " },
        { "[\"\xff\"]", "a.json: line 1: " },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ax_err err = { AX_OK, "" };
        assert_null(parse(bad[i].text, &err));
        assert_int_equal(err.code, AX_EFORMAT);
        if (strncmp(err.msg, bad[i].says, strlen(bad[i].says)) || strlen(err.msg) == strlen(bad[i].says))
            fail_msg("%s: %s", bad[i].text, err.msg);
        assert_null(strchr(err.msg, '\n'));
    }
}

TEST(test_depth)
{
    char text[4 * AX_JSON_DEPTH] = "";
    ax_err err = { AX_OK, "" };
    memset(text, '[', AX_JSON_DEPTH);
    memset(text + AX_JSON_DEPTH, ']', AX_JSON_DEPTH);
    ax_json_doc *doc = parse(text, &err);
    assert_non_null(doc);
    ax_json_free(doc);
    memset(text, '[', AX_JSON_DEPTH + 1);
    memset(text + AX_JSON_DEPTH + 1, ']', AX_JSON_DEPTH + 1);
    assert_null(parse(text, &err));
    assert_string_equal(err.msg, "a.json: line 1: nested too deeply");
}

typedef struct seen {
    char text[256];
    ax_code stop_at_three;
} seen;

static ax_code look(void *context, const char *list, const ax_json *element, ax_err *err)
{
    seen *s = context;
    size_t n = strlen(s->text);
    double id = -1;
    if (element->kind == AX_JSON_NUMBER)
        id = element->u.number;
    ax_json_number(element, "id", &id);
    const ax_json *box = ax_json_get(element, "box");
    snprintf(s->text + n, sizeof s->text - n, "%s%g/%zu ", list, id, box ? box->u.list.n : 0);
    assert_null(element->next);
    return id == 3 && s->stop_at_three != AX_OK ? ax_fail(err, s->stop_at_three, "a three") : AX_OK;
}

static void each(const char *text, seen *s, ax_code code, const char *message)
{
    char path[] = "/tmp/ax-json-XXXXXX", want[256];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_file_replace(AT_FDCWD, path, text, strlen(text), &err), AX_OK);
    assert_int_equal(ax_json_each(path, look, s, &err), code);
    snprintf(want, sizeof want, "%s%s", code == AX_OK ? "" : path, message);
    assert_string_equal(err.msg, want);
    unlink(path);
}

/* Elements of lists one at a time, whatever surrounds them and whatever they contain. */
TEST(test_each)
{
    static const char text[] =
        "{\"info\": {\"list\": [9]}, \"images\": [{\"id\": 1}, {\"id\": 2, \"box\": [1, [2], {}]}],\n"
        "\"version\": 5, \"annotations\": [{\"id\": 3}, 7], \"none\": []}";
    seen s = { .text = "" };
    each(text, &s, AX_OK, "");
    assert_string_equal(s.text, "images1/0 images2/3 annotations3/0 annotations7/0 ");
    s = (seen) { .text = "", .stop_at_three = AX_EDATA };
    each(text, &s, AX_EDATA, ": line 2: a three");
    assert_string_equal(s.text, "images1/0 images2/3 annotations3/0 ");
    s = (seen) { .text = "" };
    each("[{\"id\": 1}, [4], 2]", &s, AX_OK, "");
    assert_string_equal(s.text, "1/0 -1/0 2/0 ");
    s = (seen) { .text = "" };
    each("[1,]", &s, AX_EFORMAT, ": line 1: parse error: unallowed token at this point in JSON text");
    ax_err err = { AX_OK, "" };
    assert_int_equal(ax_json_each("/nowhere/a.json", look, &s, &err), AX_EIO);
}

/* More than one block of the arena holds. */
TEST(test_large)
{
    enum { N = 60000 };
    char *text = malloc(N * 8 + 3);
    size_t n = 0;
    assert_non_null(text);
    text[n++] = '[';
    for (int i = 0; i < N; i++)
        n += (size_t)snprintf(text + n, 9, "%d%s", i, i < N - 1 ? "," : "]");
    ax_json_doc *doc = ax_json_parse(text, n, "large", NULL);
    assert_non_null(doc);
    double *v = malloc(N * sizeof *v);
    assert_non_null(v);
    assert_true(ax_json_numbers(ax_json_root(doc), v, N));
    for (int i = 0; i < N; i++)
        assert_true(v[i] == i);
    ax_json_free(doc);
    free(v);
    free(text);
}

int main(void)
{
    return RUN_TESTS(test_tree, test_refused, test_depth, test_each, test_large);
}
