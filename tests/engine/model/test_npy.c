/* .npy files: NumPy's files are read; invalid ones are refused with the reason. */
#include "engine/model/npy.h"
#include "tests/helper/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file of version 1 or 2 with n_data bytes 0, 1, 2, ...; ends where its allocation ends, so that a sanitizer sees a
   read beyond it. The caller frees. */
static char *make(int version, const char *header, size_t n_data, size_t *n)
{
    size_t len = strlen(header), start = version == 1 ? 10 : 12;
    char *bytes = calloc(1, start + len + n_data);
    assert_non_null(bytes);
    memcpy(bytes, "\x93NUMPY", 6);
    bytes[6] = (char)version;
    bytes[8] = (char)(len & 255);
    bytes[9] = (char)(len >> 8);
    memcpy(bytes + start, header, len);
    for (size_t i = 0; i < n_data; i++)
        bytes[start + len + i] = (char)i;
    *n = start + len + n_data;
    return bytes;
}

TEST(good)
{
    static const struct {
        int version;
        const char *header;
        size_t bytes;
        ax_st_dtype dtype;
        int n_dim;
        int64_t dim[3];
    } files[] = {
        { 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 3), }      \n", 24, AX_ST_F32, 3, { 2, 1, 3 } },
        { 2, "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3), }\n", 12, AX_ST_F16, 2, { 2, 3 } },
        { 3, "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", 16, AX_ST_F64, 1, { 2 } },
        { 1, "{'shape': (), 'fortran_order': False, 'descr': '|u1'}", 1, AX_ST_U8, 0, { 0 } },
        { 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,0,7)}", 0, AX_ST_F32, 3, { 3, 0, 7 } },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        size_t n;
        ax_err err = { AX_OK, "" };
        ax_st_tensor t;
        char *bytes = make(files[i].version, files[i].header, files[i].bytes, &n);
        if (ax_npy_view(bytes, n, "FILE", &t, &err) != AX_OK)
            fail_msg("%s: %s", files[i].header, err.msg);
        assert_int_equal(t.dtype, files[i].dtype);
        assert_int_equal(t.n_dim, files[i].n_dim);
        for (int d = 0; d < t.n_dim; d++)
            assert_int_equal(t.dim[d], files[i].dim[d]);
        assert_int_equal(t.bytes, files[i].bytes);
        assert_ptr_equal(t.data, bytes + n - files[i].bytes);
        free(bytes);
    }
}

TEST(refused)
{
    static const struct {
        const char *header;
        size_t bytes;
        const char *reason;
    } files[] = {
        { "{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", 4, "type '>f4'" },
        { "{'descr': '<i8', 'fortran_order': False, 'shape': (1,)}", 8, "type '<i8'" },
        { "{'descr': '<f4', 'fortran_order': True, 'shape': (1,)}", 4, "columns first" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 4, "has 4 bytes of data, its shape wants 8" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 12, "has 12 bytes of data, its shape wants 8" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627775, 1099511627775)}", 4, "too large" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296)}", 4, "too large" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 4, "damaged" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}", 8, "damaged" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", 4, "damaged" },
        { "{'descr': '<f4', 'fortran_order': False}", 4, "damaged" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", 4, "damaged" },
        { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4, "damaged" },
        { "{'descr': '<f4 and very much longer', 'fortran_order': False, 'shape': (1,)}", 4, "damaged" },
        { "", 0, "damaged" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        size_t n;
        ax_err err = { AX_OK, "" };
        ax_st_tensor t;
        char *bytes = make(1, files[i].header, files[i].bytes, &n);
        assert_int_equal(ax_npy_view(bytes, n, "FILE", &t, &err), AX_EFORMAT);
        if (strncmp(err.msg, "FILE: ", 6) != 0 || !strstr(err.msg, files[i].reason))
            fail_msg("'%s' instead of '%s' for %s", err.msg, files[i].reason, files[i].header);
        free(bytes);
    }
}

/* Every truncated file is refused; a flipped bit is refused too, or the numbers still lie within the file. */
TEST(cuts_and_flips)
{
    size_t n;
    ax_err err;
    ax_st_tensor t;
    for (int version = 1; version < 3; version++) {
        char *whole = make(version, "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 5), } \n", 120, &n);
        for (size_t cut = 0; cut < n; cut++) {
            char *bytes = malloc(cut ? cut : 1);
            memcpy(bytes, whole, cut);
            assert_int_equal(ax_npy_view(bytes, cut, "FILE", &t, &err), AX_EFORMAT);
            free(bytes);
        }
        unsigned refusals = 0;
        float numbers[120];
        for (size_t bit = 0; bit < 8 * (n - 120); bit++) {
            whole[bit / 8] = (char)(whole[bit / 8] ^ 1 << bit % 8);
            if (ax_npy_view(whole, n, "FILE", &t, &err) != AX_OK) {
                refusals++;
            } else {
                assert_true((const char *)t.data >= whole && (const char *)t.data + t.bytes <= whole + n);
                assert_true(t.elements <= 120);
                ax_st_to_float(&t, numbers);
            }
            whole[bit / 8] = (char)(whole[bit / 8] ^ 1 << bit % 8);
        }
        /* accepted changes: the minor version, and blanks that become line feeds */
        assert_true(refusals > 7 * (n - 120));
        free(whole);
    }
}

int main(void)
{
    return RUN_TESTS(good, refused, cuts_and_flips);
}
