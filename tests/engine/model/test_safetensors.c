/* safetensors: files are read back as they were written; invalid ones are refused with the reason. */
#include "engine/model/safetensors.h"
#include "tests/helper/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>

/* A file with this header and n_data bytes 0, 1, 2, ...; the caller frees. */
static char *make(const char *header, size_t n_data, size_t *n)
{
    size_t len = strlen(header);
    char *bytes = malloc(8 + len + n_data);
    assert_non_null(bytes);
    for (int i = 0; i < 8; i++)
        bytes[i] = (char)((uint64_t)len >> 8 * i);
    memcpy(bytes + 8, header, len);
    for (size_t i = 0; i < n_data; i++)
        bytes[8 + len + i] = (char)i;
    *n = 8 + len + n_data;
    return bytes;
}

/* The bytes end where their allocation ends, so that a sanitizer sees a read beyond them. */
static void refuse(const char *header, size_t n_data, const char *reason)
{
    size_t n;
    char *bytes = make(header, n_data, &n);
    ax_err err = { 0 };
    ax_safetensors *st = ax_safetensors_view(bytes, n, "FILE", &err);
    if (st)
        fail_msg("accepted: %s", header);
    assert_int_equal(err.code, AX_EFORMAT);
    if (strncmp(err.msg, "FILE: ", 6) || !strstr(err.msg, reason))
        fail_msg("'%s' instead of '%s' for %s", err.msg, reason, header);
    free(bytes);
}

TEST(test_good)
{
    size_t n;
    ax_err err = { 0 };
    char *bytes = make("{\"__metadata__\":{\"a\":\"\\u00e9\\n\",\"b\":\"2\"},"
                       "\"second\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]},"
                       "\"empty\":{\"shape\":[0,5],\"data_offsets\":[8,8],\"dtype\":\"F32\"},"
                       "\"first\":{\"data_offsets\":[0,8],\"shape\":[1,2],\"dtype\":\"F32\"},"
                       "\"scalar\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[11,12]}}   ",
                       12, &n);
    ax_safetensors *st = ax_safetensors_view(bytes, n, "FILE", &err);
    if (!st)
        fail_msg("%s", err.msg);
    assert_int_equal(ax_safetensors_count(st), 4);
    assert_string_equal(ax_safetensors_meta(st, "a"), "\xc3\xa9\n");
    assert_null(ax_safetensors_meta(st, "c"));
    assert_string_equal(ax_safetensors_at(st, 0)->name, "second");
    const ax_st_tensor *t = ax_safetensors_find(st, "second");
    assert_int_equal(t->elements, 3);
    float out[3];
    ax_st_to_float(t, out);
    assert_true(out[0] == 8 && out[2] == 10);
    t = ax_safetensors_find(st, "first");
    assert_int_equal(t->n_dim, 2);
    assert_int_equal(t->dim[1], 2);
    assert_int_equal(ax_safetensors_find(st, "empty")->elements, 0);
    assert_int_equal(ax_safetensors_find(st, "scalar")->elements, 1);
    assert_null(ax_safetensors_find(st, "third"));
    ax_safetensors_free(st);
    free(bytes);
}

#define T(dtype, shape, offsets) "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

TEST(test_hostile_headers)
{
    refuse("", 0, "header");
    refuse("[]", 0, "a list where none is due");
    refuse("1", 0, "a number where none is due");
    refuse("{} x", 0, "header: ");
    refuse("{\"a\":1}", 0, "'a': a number where none is due");
    refuse("{\"a\":null}", 0, "null");
    refuse("{\"a\":{}}", 0, "missing");
    refuse("{\"a\":[{}]}", 0, "a list where none is due");
    refuse("{\"a\":" T("f32", "[1]", "[0,4]") "}", 4, "dtype isn't the name of a type");
    refuse("{\"a\":" T("", "[1]", "[0,4]") "}", 4, "dtype isn't the name of a type");
    refuse("{\"a\":" T("F3200000000000000", "[1]", "[0,4]") "}", 4, "dtype isn't the name of a type");
    refuse("{\"a\":" T("BOOL", "[1]", "[0,8]") "}", 4, "beyond the end");
    refuse("{\"a\":" T("U16", "[80]", "[0,4]") "}", 4, "another number of bytes");
    refuse("{\"a\":" T("BOOL", "[1]", "[0,1]") ",\"b\":" T("F32", "[1]", "[0,4]") "}", 4, "overlap");
    refuse("{\"a\":" T("F32", "[1.5]", "[0,4]") "}", 4, "fraction");
    refuse("{\"a\":" T("F32", "[-1]", "[0,4]") "}", 4, "negative extent");
    refuse("{\"a\":" T("F32", "[[1]]", "[0,4]") "}", 4, "a list where none is due");
    refuse("{\"a\":" T("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 4, "more than 8 dimensions");
    refuse("{\"a\":" T("F32", "[4294967296,4294967296,4294967296]", "[0,4]") "}", 4, "too large");
    refuse("{\"a\":" T("F32", "[4611686018427387905]", "[0,4]") "}", 4, "another number of bytes");
    refuse("{\"a\":" T("F32", "[99999999999999999999]", "[0,4]") "}", 4, "integer overflow");
    refuse("{\"a\":" T("F32", "[2]", "[0,4]") "}", 4, "another number of bytes");
    refuse("{\"a\":" T("F32", "[1]", "[0,4]") "}", 3, "beyond the end");
    refuse("{\"a\":" T("F32", "[1]", "[4,0]") "}", 4, "isn't [begin, end]");
    refuse("{\"a\":" T("F32", "[1]", "[0]") "}", 4, "isn't [begin, end]");
    refuse("{\"a\":" T("F32", "[1]", "[0,4,4]") "}", 4, "more than two offsets");
    refuse("{\"a\":" T("F32", "[1]", "[-4,0]") "}", 4, "negative offset");
    refuse("{\"a\":" T("F32", "[1]", "[0,4]") "}", 5, "1 byte after the last tensor");
    refuse("{\"a\":" T("F32", "[1]", "[4,8]") "}", 8, "a hole before the tensor 'a'");
    refuse("{\"a\":" T("F32", "[1]", "[0,4]") ",\"b\":" T("F32", "[1]", "[8,12]") "}", 12, "a hole before");
    refuse("{\"a\":" T("F32", "[2]", "[0,8]") ",\"b\":" T("F32", "[1]", "[4,8]") "}", 8, "overlap");
    refuse("{\"a\":" T("F32", "[1]", "[0,4]") ",\"a\":" T("F32", "[1]", "[4,8]") "}", 8, "'a' is there twice");
    refuse("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "a field is there twice");
    refuse("{\"a\":{\"type\":\"F32\"}}", 0, "a field other than");
    refuse("{\"a\\n\":" T("F32", "[1]", "[0,4]") "}", 4, "control characters");
    refuse("{\"__metadata__\":{\"a\":1}}", 0, "a number where none is due");
    refuse("{\"__metadata__\":{\"a\":{}}}", 0, "an object where none is due");
    refuse("{\"__metadata__\":{\"a\":\"\\u0000\"}}", 0, "zero byte");
    refuse("{\"__metadata__\":{\"k\":\"1\",\"j\":\"2\",\"k\":\"1\"}}", 0, "the metadata has the key \"k\" twice");
    refuse("{\"__metadata__\":{\"k\\t\":\"1\",\"\\u006b\\t\":\"2\"}}", 0, "the metadata has the key \"k\\t\" twice");
    refuse("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "two entries");
    refuse("{\"\xff\":1}", 0, "header: ");
}

TEST(test_header_length)
{
    ax_err err = { 0 };
    const unsigned char huge[8] = { 255, 255, 255, 255, 255, 255, 255, 255 }, past[8] = { 9 };
    assert_null(ax_safetensors_view(huge, 8, "FILE", &err));
    assert_string_equal(err.msg, "FILE: a header of 18446744073709551615 bytes: not a safetensors file");
    assert_null(ax_safetensors_view(past, 8, "FILE", &err));
    assert_string_equal(err.msg, "FILE: cut off: the header says 9 bytes, the file has 0");
    assert_null(ax_safetensors_view(huge, 7, "FILE", &err));
    assert_string_equal(err.msg, "FILE: 7 bytes are too short for a safetensors file");
}

TEST(test_deep_nesting)
{
    enum { DEPTH = 100000 };
    char *header = malloc(DEPTH + 16);
    assert_non_null(header);
    size_t n = (size_t)snprintf(header, 16, "{\"a\":");
    memset(header + n, '[', DEPTH);
    header[n + DEPTH] = '\0';
    refuse(header, 0, "a list where none is due");
    free(header);
}

/* Truncated at every byte, and with every byte changed: refused or read, never a crash. */
TEST(test_damaged)
{
    size_t n;
    char *whole =
        make("{\"__metadata__\":{\"k\":\"v\"},\"a\":" T("F16", "[2,1]", "[0,4]") ",\"b\":" T("I32", "[1]", "[4,8]") "}",
             8, &n);
    for (size_t cut = 0; cut < n; cut++) {
        char *part = malloc(cut ? cut : 1);
        assert_non_null(part);
        memcpy(part, whole, cut);
        ax_err err = { 0 };
        assert_null(ax_safetensors_view(part, cut, "FILE", &err));
        assert_int_equal(err.code, AX_EFORMAT);
        free(part);
    }
    for (size_t at = 0; at < n; at++) {
        for (int bit = 0; bit < 8; bit++) {
            whole[at] ^= (char)(1 << bit);
            ax_err err = { 0 };
            ax_safetensors *st = ax_safetensors_view(whole, n, "FILE", &err);
            if (st)
                for (size_t i = 0; i < ax_safetensors_count(st); i++) {
                    float out[80];
                    assert_true(ax_safetensors_at(st, i)->elements <= 80);
                    ax_st_import(ax_safetensors_at(st, i), "FILE", AX_ST_NUMBERS, out, NULL);
                }
            else
                assert_int_equal(err.code, AX_EFORMAT);
            ax_safetensors_free(st);
            whole[at] ^= (char)(1 << bit);
        }
    }
    free(whole);
}

TEST(test_convert)
{
    static const uint16_t half[] = { 0x0000, 0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x83ff, 0x7c00, 0xfc00, 0x7e00 };
    static const float wanted[] = { 0, 1, -2, 65504, 0x1p-14f, 0x1p-24f, -1023 * 0x1p-24f, INFINITY, -INFINITY };
    float out[10];
    ax_st_to_float(&(ax_st_tensor) { .dtype = AX_ST_F16, .data = half, .elements = 10, .bytes = 20 }, out);
    for (int i = 0; i < 9; i++)
        assert_true(out[i] == wanted[i]);
    assert_true(isnan(out[9]));
    static const uint16_t brain[] = { 0x3f80, 0xc049 };
    ax_st_to_float(&(ax_st_tensor) { .dtype = AX_ST_BF16, .data = brain, .elements = 2, .bytes = 4 }, out);
    assert_true(out[0] == 1 && out[1] == -3.140625f);
    char unaligned[17] = { 0 };
    const double doubles[2] = { 0.1, -7 };
    memcpy(unaligned + 1, doubles, sizeof doubles);
    ax_st_to_float(&(ax_st_tensor) { .dtype = AX_ST_F64, .data = unaligned + 1, .elements = 2, .bytes = 16 }, out);
    assert_true(out[0] == 0.1f && out[1] == -7);
    static const int64_t wide[] = { -5 };
    ax_st_to_float(&(ax_st_tensor) { .dtype = AX_ST_I64, .data = wide, .elements = 1, .bytes = 8 }, out);
    assert_true(out[0] == -5);
}

static void refuse_import(ax_st_dtype dtype, const void *data, size_t n, ax_st_takes takes, const char *message)
{
    ax_err err = { AX_OK, "" };
    float out[4];
    const ax_st_tensor t = { .name = "w", .dtype = dtype, .data = data, .elements = n, .type = "F8_E4M3" };
    assert_int_equal(ax_st_import(&t, "FILE", takes, out, &err), AX_EFORMAT);
    assert_string_equal(err.msg, message);
}

TEST(test_import)
{
    ax_err err = { AX_OK, "" };
    float out[4];
    static const float good[3] = { 1, -2, 3.4e38f }, none[] = { 0, 1, NAN }, endless[] = { 0, -INFINITY, NAN };
    static const double wide[] = { 1, 1e300 };
    static const uint16_t half[] = { 0x3c00, 0x7c00 }, brain[] = { 0x7fc0 };
    static const int32_t whole[] = { 3, -4 };
    ax_st_tensor t = { .name = "w", .dtype = AX_ST_F32, .data = good, .bytes = sizeof good, .elements = 3 };
    assert_int_equal(ax_st_import(&t, "FILE", AX_ST_FLOATS, out, &err), AX_OK);
    assert_memory_equal(out, good, sizeof good);
    t = (ax_st_tensor) { .name = "", .dtype = AX_ST_F32, .data = none, .bytes = sizeof none, .elements = 3 };
    assert_int_equal(ax_st_import(&t, "FILE", AX_ST_FLOATS, out, &err), AX_EFORMAT);
    assert_string_equal(err.msg, "FILE: element 2 is not a number");
    t = (ax_st_tensor) { .name = "w", .dtype = AX_ST_F32, .data = endless, .bytes = sizeof endless, .elements = 3 };
    assert_int_equal(ax_st_import(&t, "FILE", AX_ST_NUMBERS, out, &err), AX_EFORMAT);
    assert_string_equal(err.msg, "FILE: tensor 'w': element 1 is infinite");
    refuse_import(AX_ST_F64, wide, 2, AX_ST_FLOATS, "FILE: tensor 'w': element 1 is infinite"); /* as a float32 */
    refuse_import(AX_ST_F16, half, 2, AX_ST_FLOATS, "FILE: tensor 'w': element 1 is infinite");
    refuse_import(AX_ST_BF16, brain, 1, AX_ST_FLOATS, "FILE: tensor 'w': element 0 is not a number");
    refuse_import(AX_ST_I32, whole, 2, AX_ST_FLOATS, "FILE: tensor 'w': integers (I32) instead of floats");
    refuse_import(AX_ST_U8, whole, 2, AX_ST_FLOATS, "FILE: tensor 'w': integers (U8) instead of floats");
    refuse_import(AX_ST_OTHER, whole, 2, AX_ST_NUMBERS, "FILE: tensor 'w': numbers of type F8_E4M3, which isn't read");
    t = (ax_st_tensor) { .name = "w", .dtype = AX_ST_I32, .data = whole, .bytes = sizeof whole, .elements = 2 };
    assert_int_equal(ax_st_import(&t, "FILE", AX_ST_NUMBERS, out, &err), AX_OK);
    assert_true(out[0] == 3 && out[1] == -4);
}

/* Unused tensors may have any type. */
TEST(test_types_of_others)
{
    size_t n;
    ax_err err = { 0 };
    char *bytes = make(
        "{\"a\":" T("BOOL", "[3]", "[0,3]") ",\"b\":" T("F4", "[3]", "[3,5]") ",\"c\":" T("U8", "[1]", "[5,6]") "}", 6,
        &n);
    ax_safetensors *st = ax_safetensors_view(bytes, n, "FILE", &err);
    if (!st)
        fail_msg("%s", err.msg);
    const ax_st_tensor *t = ax_safetensors_find(st, "b");
    assert_int_equal(t->dtype, AX_ST_OTHER);
    assert_string_equal(t->type, "F4");
    assert_int_equal(t->bytes, 2);
    assert_int_equal(t->elements, 3);
    ax_safetensors_free(st);
    free(bytes);
}

TEST(test_write)
{
    char dir[] = "/tmp/ax-st-XXXXXX", path[64], tmp[72];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/model.safetensors", dir);
    const float a[6] = { 1, 2, 3, 4, 5, 6 };
    const uint8_t b[3] = { 7, 8, 9 };
    const ax_st_tensor tensors[] = {
        { .name = "x.\"weight\"",
          .dtype = AX_ST_F32,
          .n_dim = 2,
          .dim = { 2, 3 },
          .data = a,
          .bytes = 24,
          .elements = 6 },
        { .name = "labels", .dtype = AX_ST_U8, .n_dim = 1, .dim = { 3 }, .data = b, .bytes = 3, .elements = 3 },
    };
    const ax_st_meta meta[] = { { "genotype", "[[8,..." }, { "class_names", "road #804080\ncar #000000\n" } };
    ax_err err = { 0 };
    if (ax_safetensors_write(AT_FDCWD, path, tensors, 2, meta, 2, &err) != AX_OK)
        fail_msg("%s", err.msg);
    ax_safetensors *st = ax_safetensors_open(path, &err);
    if (!st)
        fail_msg("%s", err.msg);
    assert_int_equal(ax_safetensors_count(st), 2);
    const ax_st_tensor *t = ax_safetensors_find(st, "x.\"weight\"");
    assert_non_null(t);
    assert_int_equal((uintptr_t)t->data % 8, 0);
    assert_memory_equal(t->data, a, sizeof a);
    assert_memory_equal(ax_safetensors_find(st, "labels")->data, b, sizeof b);
    assert_string_equal(ax_safetensors_meta(st, "class_names"), meta[1].value);
    ax_safetensors_free(st);
    snprintf(tmp, sizeof tmp, "%s.tmp", path);
    assert_int_equal(access(tmp, F_OK), -1);
    unlink(path);
    /* the directory doesn't exist: no file appears */
    rmdir(dir);
    assert_int_equal(ax_safetensors_write(AT_FDCWD, path, tensors, 2, NULL, 0, &err), AX_EIO);
    assert_null(ax_safetensors_open(path, &err));
    assert_int_equal(err.code, AX_EIO);
    assert_non_null(strstr(err.msg, "No such file"));
}

TEST(test_open_odd_files)
{
    ax_err err = { 0 };
    assert_null(ax_safetensors_open("/tmp", &err));
    assert_string_equal(err.msg, "/tmp: a directory, not a regular file");
    assert_null(ax_safetensors_open("/dev/null", &err));
    assert_string_equal(err.msg, "/dev/null: a device, not a regular file");
}

/* IEEE 754 half precision: without an exponent 2^-24 times the fraction; with one 2^(exponent - 25) times 1024 plus the
   fraction; exponent 31 isn't a finite number. */
TEST(test_every_half)
{
    for (uint32_t h = 0; h < 65536; h++) {
        const uint16_t bits = (uint16_t)h;
        const ax_st_tensor t = { .name = "", .dtype = AX_ST_F16, .data = &bits, .bytes = sizeof bits, .elements = 1 };
        const int exponent = h >> 10 & 31, fraction = h & 1023;
        float got;
        ax_st_to_float(&t, &got);
        if (exponent == 31) {
            assert_true(fraction ? isnan(got) : isinf(got));
        } else {
            const double is = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
            assert_true(fabs((double)got) == is);
        }
        assert_int_equal(signbit(got) != 0, h >> 15);
    }
}

int main(void)
{
    return RUN_TESTS(test_good, test_hostile_headers, test_header_length, test_deep_nesting, test_damaged, test_convert,
                     test_import, test_types_of_others, test_write, test_open_odd_files, test_every_half);
}
