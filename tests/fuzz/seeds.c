/* Writes good input for each fuzz target: seeds DIR makes DIR/TARGET/N. */
#include "engine/base/crc32c.h"
#include "engine/base/file.h"
#include "engine/config/settings.h"
#include "engine/model/safetensors.h"
#include "engine/search/journal/snapshot.h"
#include "engine/train/cache_internal.h"
#include "engine/wire/command.h"
#include "engine/wire/eventlog.h"
#include "engine/worker/protocol.h"
#include "tests/fuzz/cachetaps.h"
#include "tests/fuzz/sitting.h"
#include "tests/helper/events.h"
#include "tests/helper/history.h"
#include "tests/helper/masks.h"
#include "tests/helper/searching.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char arch0[] = "[[8,[0,0,5,2],[0,2,8,8],[0,5,1,4]],[[3,3],[3,2],[3,0]]]";
static int root; /* the folder of all targets */

/* The folder of a target. */
static int folder(const char *target)
{
    mkdirat(root, target, 0700);
    int fd = openat(root, target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        abort();
    return fd;
}

static void put(const char *target, int number, const void *bytes, size_t n)
{
    char name[16];
    int fd = folder(target);
    snprintf(name, sizeof name, "%d", number);
    if (ax_file_replace(fd, name, bytes, n, NULL) != AX_OK)
        abort();
    close(fd);
}

static void events(void)
{
    uint8_t bytes[AX_EVENT_MAX_BYTES];
    for (int k = 0; k < AX_EVENT_COUNT * AX_TEST_FILLS; k++) {
        ax_event ev;
        ax_test_event(&ev, (ax_event_kind)(k % AX_EVENT_COUNT), k / AX_EVENT_COUNT);
        put("event", k, bytes, ax_event_pack(&ev, bytes, sizeof bytes));
        if (k >= AX_EVENT_COUNT)
            continue;
        int fd = folder("event");
        ax_eventlog *log = ax_eventlog_open(fd, "log", true, NULL);
        ax_eventlog_append(log, &ev, NULL);
        ax_eventlog_close(log);
        close(fd);
    }
}

/* A byte for the target, followed by a log of some events. */
static void logs(void)
{
    int fd = folder("eventlog");
    for (int k = 0; k < 8; k++) {
        char *bytes, *more;
        size_t n;
        ax_eventlog *log = ax_eventlog_open(fd, "log", true, NULL);
        for (int i = 0; i < 6; i++) {
            ax_event ev;
            ax_test_event(&ev, (ax_event_kind)((k + i) % AX_EVENT_COUNT), i % AX_TEST_FILLS);
            ax_eventlog_append(log, &ev, NULL);
        }
        ax_eventlog_close(log);
        if (ax_file_read(fd, "log", 1 << 20, &bytes, &n, NULL) != AX_OK || !(more = malloc(n + 1)))
            abort();
        unlinkat(fd, "log", 0);
        more[0] = (char)(k * 37);
        memcpy(more + 1, bytes, n);
        if (k % 2)
            more[n / 2] ^= 4;
        put("eventlog", k, more, n + 1);
        free(bytes);
        free(more);
    }
    close(fd);
}

static void commands(void)
{
    uint8_t bytes[AX_COMMAND_MAX_BYTES];
    for (int v = 0; v < AX_VERB_COUNT; v++) {
        ax_command c = { .request = (uint64_t)v + 1, .verb = (ax_verb)v, .id = 3, .by = "user" };
        snprintf(c.text, sizeof c.text, "%s", arch0);
        put("command", v, bytes, ax_command_pack(&c, bytes, sizeof bytes));
    }
    ax_command several = {
        .request = 8, .verb = AX_VERB_PRUNE, .by = "user", .batch = 8, .n_ids = 3, .ids = { 3, 5, 4 }
    };
    put("command", AX_VERB_COUNT, bytes, ax_command_pack(&several, bytes, sizeof bytes));
    ax_answer a = { .request = 7, .code = AX_EINVAL, .message = "there is no candidate #3" };
    put("command", 100, bytes, ax_answer_pack(&a, bytes, sizeof bytes));
    a = (ax_answer) { .request = 8, .message = "pruned 3 candidates", .fields = true, .count = 3 };
    put("command", 101, bytes, ax_answer_pack(&a, bytes, sizeof bytes));
}

static void messages(void)
{
    static uint8_t bytes[AX_WORKER_MAX_BYTES];
    for (int say = 0; say < AX_SAY_COUNT; say++) {
        ax_worker_message m = { .say = (ax_say)say, .id = 3, .text = "train", .step = 2, .steps = 9, .loss = 1.5 };
        if (ax_settings_preset(&m.settings, "cpu", NULL) != AX_OK ||
            ax_genotype_parse(arch0, &m.genotype, NULL) != AX_OK)
            abort();
        m.outcome = ax_outcome_none;
        put("message", say, bytes, ax_worker_pack(&m, bytes, sizeof bytes));
    }
}

static void snapshots(void)
{
    searching t;
    char *bytes;
    size_t n;
    searching_init(&t, 30, "random");
    for (int k = 0; k < 5; k++) {
        if (ax_snapshot_pack(t.search, 1, &bytes, &n, NULL) != AX_OK)
            abort();
        put("snapshot", k, bytes, n);
        free(bytes);
        searching_take(&t);
        searching_score(&t, 0.1 * k);
        searching_do(&t, k % 2 ? AX_VERB_PRUNE : AX_VERB_PROMOTE, 1, NULL, NULL);
    }
    searching_release(&t);
}

static void files(void)
{
    static const char *const presets[] = { "demo", "cpu", "paper" };
    ax_settings s;
    int fd = folder("settings");
    for (int i = 0; i < 3; i++)
        if (ax_settings_preset(&s, presets[i], NULL) != AX_OK || ax_settings_write(&s, fd, presets[i], NULL) != AX_OK)
            abort();
    close(fd);
    ax_maskfile m = { 0 };
    fd = folder("mask");
    if (!ax_made_masks(AX_TASK_DEPTH, &m) || ax_maskfile_write(fd, "0", &m, NULL) != AX_OK)
        abort();
    ax_maskfile_release(&m);
    close(fd);
    static const float numbers[6] = { 1, 2, 3, 4, 5, 6 };
    const ax_st_tensor tensor[2] = { { "weight", AX_ST_F32, 2, { 2, 3 }, numbers, sizeof numbers, 6, "" },
                                     { "none", AX_ST_U8, 1, { 0 }, numbers, 0, 0, "" } };
    const ax_st_meta meta = { "genotype", arch0 };
    fd = folder("safetensors");
    if (ax_safetensors_write(fd, "0", tensor, 2, &meta, 1, NULL) != AX_OK)
        abort();
    close(fd);
    put("genotype", 0, arch0, sizeof arch0 - 1);
    put("genotype", 1, "op5=sep3x3 in0=2", 16);
    static const char npy[] =
        "\x93NUMPY\x01\x00\x39\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\0\0\0\0";
    put("npy", 0, npy, sizeof npy - 1);
}

static bool stop(void *context, const ax_train_progress *p)
{
    (void)context;
    (void)p;
    return false;
}

/* A training stopped in its first step. */
static void trainings(void)
{
    char path[64];
    ax_train_job job;
    ax_outcome out;
    static ax_trainer *t; /* the trainer and its data live as long as the program */
    t = sitting_new(&job);
    int fd = folder("inflight");
    snprintf(path, sizeof path, "/proc/self/fd/%d/0", fd);
    job.state_path = path;
    if (ax_trainer_run(t, &job, stop, NULL, &out, NULL) != AX_ECANCEL)
        abort();
    close(fd);
}

/* Cache files of two samples: plain, with a teacher's logits for 5 classes, and also with mirrored taps. */
static void caches(void)
{
    const ax_task_spec task = { .task = &ax_task_segmentation, .outputs = 5 };
    static const unsigned extras[] = { 0, AX_CACHE_TEACHER, AX_CACHE_TEACHER | AX_CACHE_MIRRORED };
    for (int k = 0; k < 3; k++) {
        const ax_cache_layout l = ax_cache_layout_of(&task, &fuzz_taps, 32, 32, extras[k]);
        size_t start = ax_align64(sizeof(ax_cache_header) + 2 * sizeof(ax_cache_entry)), n = start + 2 * l.bytes;
        char *file = calloc(1, n);
        if (!file)
            abort();
        ax_cache_header *head = (void *)file;
        ax_cache_entry *index = (void *)(head + 1);
        *head = (ax_cache_header) { .key = 1, .count = 2, .bytes = n };
        memcpy(head->magic, ax_cache_magic, sizeof head->magic);
        for (size_t i = 0; i < 2; i++) {
            index[i] = (ax_cache_entry) { .offset = start + i * l.bytes, .h = 32, .w = 32 };
            index[i].crc = ax_crc32c(0, file + index[i].offset, l.bytes);
        }
        head->crc = ax_cache_head_crc(head, index);
        if (!ax_cache_is_valid(file, n, &(ax_cache_claim) { 1, 2, 0, 0, &task, extras[k], &fuzz_taps }))
            abort();
        put("cache", k, file, n);
        free(file);
    }
}

/* Two persons in two pictures, in MPII's and in COCO's form. */
static void put_people(void)
{
    char text[4096];
    size_t n = (size_t)snprintf(text, sizeof text, "[");
    for (int i = 0; i < 2; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "%s{\"image\":\"%c.png\",\"center\":[16,16],\"scale\":0.1,\"head_box\":[1,1,9,9],"
                              "\"joints_vis\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0],\"joints\":[[1,2]",
                              i ? "," : "", 'a' + i);
        for (int k = 1; k < 16; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, ",[%d,%d]", 2 * k, k + 5);
        n += (size_t)snprintf(text + n, sizeof text - n, "]}");
    }
    n += (size_t)snprintf(text + n, sizeof text - n, "]");
    put("people", 0, text, n);
    n = (size_t)snprintf(text, sizeof text, "{\"annotations\":[");
    for (int i = 0; i < 2; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "%s{\"image_id\":%d,\"bbox\":[2,3,20,21],\"area\":90,\"iscrowd\":0,\"keypoints\":[1,2,2",
                              i ? "," : "", 7 + i);
        for (int k = 1; k < 17; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, ",%d,%d,%d", k, 2 * k % 30, k % 3);
        n += (size_t)snprintf(text + n, sizeof text - n, "]}");
    }
    n += (size_t)snprintf(text + n, sizeof text - n,
                          "],\"images\":[{\"id\":7,\"file_name\":\"a.png\",\"height\":32,\"width\":32},"
                          "{\"id\":8,\"file_name\":\"b.png\",\"height\":32,\"width\":32}]}");
    put("people", 1, text, n);
    put("boxes", 0, text, n);
    static const char results[] = "[{\"image_id\":785,\"category_id\":1,\"bbox\":[1,2.5,30,40],\"score\":0.9}]";
    put("boxes", 1, results, sizeof results - 1);
}

static void data_sets(void)
{
    static const char list[] =
        "\xef\xbb\xbfi.png m.png\r\n\n \t\n/SegNet/CamVid/i.png\t /SegNet/CamVid/m.png \r../x y z";
    static const char logits[] =
        "\0\x93NUMPY\x01\x00\x3f\x00{'descr': '<f4', 'fortran_order': False, 'shape': (8, 4, 5), }\n";
    char whole[sizeof logits - 1 + 8 * 4 * 5 * 4] = { 0 };
    memcpy(whole, logits, sizeof logits - 1);
    static const char json[] =
        "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\"}], \"annotations\": [{\"iscrowd\": 0,"
        " \"segmentation\": [[1, 2.5, 3e1, -4, 5, 6]], \"caption\": \"\\u00e9\", \"none\": null}]}";
    static const char rle[] = "R1;6N1O2O1N101N2N100000O2N2O0O2N101N2m1";
    static const double numbers_of_rle[] = { 20.5, 1, 3, 2, 9, 12.25, 4, 13, 17, 330 };
    put("json", 0, json, sizeof json - 1);
    put("rle", 0, rle, sizeof rle - 1);
    put("rle", 1, numbers_of_rle, sizeof numbers_of_rle);
    static const char *const classes[] = {
        "# label\r\nroad:1,2,3::\nold car:4,5,6::\n",
        "Pixel Value, Class\n0, a\n7, b c\n",
        "1,2,3 road\n4 5 6\tcar\n",
        "0 road\n255: car\n",
        "road 1,2,3\ncar\n",
        "a\nb -> a\n* -> -\n",
        "names:\n  0: a # x\n  1: 'b'\nnc: 2\n",
        "names: [a, \"b\"]\n",
    };
    static const char *const outlines[] = { "0 0 0 1 0 1 1 0 1\n1 .25 .25 .5 .25 .5 .5\n",
                                            "1 1e-1 0.5 1.005 -.001 .3 .3" };
    static const char annotations[] =
        "{\"annotations\":[{\"id\":1,\"image_id\":7,\"category_id\":9,\"segmentation\":[[1.5,2,8,2.25,8,9]]},"
        "{\"image_id\":7,\"category_id\":9,\"segmentation\":{\"size\":[8,16],\"counts\":[8,20,100]}},"
        "{\"image_id\":7,\"category_id\":9,\"segmentation\":{\"size\":[8,16],\"counts\":\"8d0T3\"}}],"
        "\"images\":[{\"id\":7,\"file_name\":\"a.png\",\"height\":8,\"width\":16}],"
        "\"categories\":[{\"id\":9,\"name\":\"car\"}]}";
    for (int i = 0; i < (int)(sizeof classes / sizeof *classes); i++)
        put("classfile", i, classes[i], strlen(classes[i]));
    for (int i = 0; i < (int)(sizeof outlines / sizeof *outlines); i++)
        put("yolo", i, outlines[i], strlen(outlines[i]));
    put("coco", 0, annotations, sizeof annotations - 1);
    static const char shapes[] = "{\"version\":\"5.0\",\"shapes\":[{\"label\":\"car\",\"points\":[[1,2],[30,2.5],[9,40]"
                                 "],\"shape_type\":\"polygon\"},"
                                 "{\"label\":\"sun\",\"points\":[[20,20],[25,20]],\"shape_type\":\"circle\"},"
                                 "{\"label\":\"box\",\"points\":[[2,2],[9,9]],\"shape_type\":\"rectangle\"}],"
                                 "\"imageHeight\":48,\"imageWidth\":64}";
    put("labelme", 0, shapes, sizeof shapes - 1);
    static const double ring[] = { 3, 4, 40.5, 6, 20, 50.25, -8, 11 };
    uint8_t outline[2 + sizeof ring] = { 48, 63 };
    memcpy(outline + 2, ring, sizeof ring);
    put("polygon", 0, outline, sizeof outline);
    put_people();
    put("camvid", 0, list, 27);
    put("camvid", 1, list, sizeof list - 1);
    put("logits", 0, whole, sizeof whole);
    static const float numbers[8 * 4 * 5] = { 1, 2, 3 };
    const ax_st_tensor tensor = { "logits", AX_ST_F32, 3, { 8, 4, 5 }, numbers, sizeof numbers, 8 * 4 * 5, "" };
    char *bytes, *more;
    size_t n;
    int fd = folder("logits");
    if (ax_safetensors_write(fd, "st", &tensor, 1, NULL, 0, NULL) != AX_OK ||
        ax_file_read(fd, "st", 1 << 20, &bytes, &n, NULL) != AX_OK || !(more = malloc(n + 1)))
        abort();
    unlinkat(fd, "st", 0);
    close(fd);
    more[0] = 1;
    memcpy(more + 1, bytes, n);
    put("logits", 1, more, n + 1);
    free(bytes);
    free(more);
}

/* The tests' pictures, and the first JPEG with an EXIF orientation. */
static void pictures(int n, char **path)
{
    static const uint8_t segment[] = "\xff\xe1\x00\x22"
                                     "Exif\0\0MM\0\x2a\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0";
    static const uint8_t little[] = "II\x2a\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0";
    bool tagged = false;
    put("orientation", 0, segment + 10, sizeof segment - 1 - 10);
    put("orientation", 1, little, sizeof little);
    for (int i = 0; i < n; i++) {
        char *bytes;
        size_t size;
        if (ax_file_read(AT_FDCWD, path[i], 1 << 20, &bytes, &size, NULL) != AX_OK)
            abort();
        put("image", i, bytes, size);
        uint8_t *more = malloc(size + sizeof segment);
        if (!more)
            abort();
        if (!tagged && bytes[0] == '\xff') {
            memcpy(more, bytes, 2);
            memcpy(more + 2, segment, sizeof segment);
            memcpy(more + 2 + sizeof segment, bytes + 2, size - 2);
            put("image", n, more, size + sizeof segment);
            tagged = true;
        }
        free(more);
        if (strstr(path[i], "annot"))
            put("labels", i, bytes, size);
        free(bytes);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: seeds DIR PICTURE...\n");
        return 2;
    }
    mkdir(argv[1], 0700);
    root = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return 1;
    events();
    logs();
    commands();
    messages();
    snapshots();
    files();
    data_sets();
    caches();
    trainings();
    pictures(argc - 2, argv + 2);
    close(root);
    return 0;
}
