/* SHA-256 against the examples of FIPS 180-4 and its lengths at the edges of a block. */
#include "engine/base/sha256.h"
#include "tests/helper/suite.h"

#include <stdlib.h>
#include <string.h>

static void check(const char *bytes, size_t n, const char *digest)
{
    char text[AX_SHA256_TEXT];
    assert_string_equal(ax_sha256_text(bytes, n, text), digest);
}

TEST(test_examples)
{
    check("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    check(two, strlen(two), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    char *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    check(million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

/* Lengths around those that fill a block, with and without the length field; digests from sha256sum. */
TEST(test_edges)
{
    static const struct {
        size_t n;
        const char *digest;
    } edge[] = {
        { 55, "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7" },
        { 56, "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb" },
        { 63, "c7723fa1e0127975e49e62e753db53924c1bd84b8ac1ac08df78d09270f3d971" },
        { 64, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b" },
        { 65, "98ce42deef51d40269d542f5314bef2c7468d401ad5d85168bfab4c0108f75f7" },
        { 119, "f616b0d54e78571a9611f343c9f8e022e859e920381ab0e4d3da01e193a7bd7e" },
        { 120, "6edd9f6f9cc92cded36e6c4a580933f9c9f1b90562b46903b806f21902a1a54f" },
        { 128, "38723a2e5e8a17aa7950dc008209944e898f69a7bd10a23c839d341e935fd5ca" },
    };
    char zeros[128] = { 0 };
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++)
        check(zeros, edge[i].n, edge[i].digest);
}

int main(void)
{
    return RUN_TESTS(test_examples, test_edges);
}
