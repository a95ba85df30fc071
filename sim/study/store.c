#include "sim/study/store.h"

#include "sim/study/record_bytes.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char magic[8] = "desqrec1";
static const uint32_t order_mark = 0x01020304;

/* Behind the magic: the byte order and the lengths of the title and of what else is to be kept, which follow. */
struct file_head {
    char magic[8];
    uint32_t order, title_length, more_length, none;
};

struct entry_head {
    struct store_key key;
    uint64_t replication, bytes, sum; /* of the record's bytes, which follow */
};

struct entry {
    struct store_key key;
    uint64_t replication;
    const unsigned char *bytes; /* in one of the texts */
    size_t count;
};

struct store {
    unsigned char **texts; /* whole files */
    size_t text_count;
    struct entry *entries; /* by key and replication, once read */
    size_t count, room;
    FILE *file; /* that grows; NULL: none */
    const char *path;
    struct record_bytes out;
    pthread_mutex_t writing; /* guards the file and out, from when records are put */
};

/* FNV-1a (Fowler, Noll, Vo), over words, since files are large. */
static uint64_t checksum(const struct entry_head *head, const unsigned char *bytes, size_t count)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    struct entry_head without = *head;
    without.sum = 0;
    const unsigned char *parts[] = {(const unsigned char *)&without, bytes};
    const size_t counts[] = {sizeof without, count};
    for (int p = 0; p < 2; p++)
        for (size_t i = 0; i < counts[p]; i += 8) {
            uint64_t word = 0;
            memcpy(&word, parts[p] + i, counts[p] - i < 8 ? counts[p] - i : 8);
            sum = (sum ^ word) * UINT64_C(0x100000001b3);
            sum ^= sum >> 29;
        }
    return sum;
}

/* ---- Files ---- */

struct store *store_new(void)
{
    struct store *s = calloc(1, sizeof *s);
    if (s != NULL && pthread_mutex_init(&s->writing, NULL) != 0) {
        free(s);
        return NULL;
    }
    return s;
}

void store_free(struct store *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->text_count; i++)
        free(s->texts[i]);
    free(s->texts);
    free(s->entries);
    free(s->out.at);
    if (s->file != NULL)
        fclose(s->file);
    pthread_mutex_destroy(&s->writing);
    free(s);
}

uint64_t store_count(const struct store *s)
{
    return s->count;
}

static unsigned char *read_all(FILE *f, size_t *count)
{
    unsigned char *text = NULL;
    size_t size = 0;
    *count = 0;
    for (;;) {
        if (*count == size) {
            size = size == 0 ? 1 << 16 : 2 * size;
            unsigned char *more = realloc(text, size);
            if (more == NULL) {
                free(text);
                return NULL;
            }
            text = more;
        }
        const size_t got = fread(text + *count, 1, size - *count, f);
        *count += got;
        if (got == 0)
            return text;
    }
}

/* Whether the head is that of such a file. */
static bool check_head(const char *path, const struct file_head *head, struct error *err)
{
    if (memcmp(head->magic, magic, sizeof magic) != 0)
        return error_set(err, "%s: this is no file of records (desq run --checkpoint writes one)", path);
    return head->order == order_mark || error_set(err, "%s: these records were written by a machine with another order of bytes", path);
}

char *store_more(const char *path, struct error *err)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        error_set(err, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct file_head head = {.order = 0};
    char *more = NULL;
    if (fread(&head, 1, sizeof head, f) < sizeof head)
        memset(&head, 0, sizeof head);
    if (check_head(path, &head, err)) {
        more = malloc((size_t)head.more_length + 1);
        if (more == NULL || fseek(f, (long)head.title_length, SEEK_CUR) != 0 || fread(more, 1, head.more_length, f) != head.more_length) {
            error_set(err, more == NULL ? "%s: out of memory" : "%s: the file is cut short", path);
            free(more);
            more = NULL;
        } else {
            more[head.more_length] = '\0';
        }
    }
    fclose(f);
    return more;
}

static bool add_entry(struct store *s, const struct entry_head *head, const unsigned char *bytes)
{
    if (s->count == s->room) {
        const size_t room = s->room == 0 ? 256 : 2 * s->room;
        struct entry *more = realloc(s->entries, room * sizeof *more);
        if (more == NULL)
            return false;
        s->entries = more;
        s->room = room;
    }
    s->entries[s->count++] = (struct entry){head->key, head->replication, bytes, head->bytes};
    return true;
}

static int compare(const struct store_key *a, uint64_t ra, const struct store_key *b, uint64_t rb)
{
    if (a->point != b->point)
        return a->point < b->point ? -1 : 1;
    const int warmup = memcmp(&a->warmup, &b->warmup, sizeof a->warmup), length = memcmp(&a->length, &b->length, sizeof a->length);
    return warmup != 0 ? warmup : length != 0 ? length : (ra > rb) - (ra < rb);
}

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return compare(&x->key, x->replication, &y->key, y->replication);
}

/* The records in the bytes, from *place on, as far as they are whole; *place: behind the last whole one. */
static bool add_entries(struct store *s, const unsigned char *text, size_t count, size_t *place)
{
    struct entry_head head;
    while (count - *place >= sizeof head) {
        memcpy(&head, text + *place, sizeof head);
        if (head.bytes > count - *place - sizeof head)
            break;
        const unsigned char *bytes = text + *place + sizeof head;
        if (checksum(&head, bytes, head.bytes) != head.sum)
            break;
        if (!add_entry(s, &head, bytes))
            return false;
        *place += sizeof head + head.bytes;
    }
    if (s->count > 0)
        qsort(s->entries, s->count, sizeof *s->entries, by_key);
    return true;
}

/* Takes in an open file; *place: behind its last whole record; 0: it is empty. */
static bool take_in(struct store *s, FILE *f, const char *path, const char *title, size_t *place, struct error *err)
{
    size_t count;
    unsigned char *text = read_all(f, &count);
    unsigned char **texts = text == NULL ? NULL : realloc(s->texts, (s->text_count + 1) * sizeof *texts);
    if (texts == NULL) {
        free(text);
        return error_set(err, "%s: out of memory", path);
    }
    s->texts = texts;
    s->texts[s->text_count++] = text;
    *place = 0;
    if (count == 0)
        return true;
    struct file_head head = {.order = 0};
    memcpy(&head, text, count < sizeof head ? count : sizeof head);
    if (!check_head(path, &head, err))
        return false;
    const size_t texts_length = (size_t)head.title_length + head.more_length;
    if (count < sizeof head || count - sizeof head < texts_length)
        return error_set(err, "%s: the file is cut short", path);
    if (head.title_length != strlen(title) || memcmp(text + sizeof head, title, head.title_length) != 0)
        return error_set(err, "%s: these are records of another study: its scenario, seed or version of desq differs in more than how long it runs",
                         path);
    *place = sizeof head + texts_length;
    return add_entries(s, text, count, place) || error_set(err, "%s: out of memory", path);
}

bool store_read(struct store *s, const char *path, const char *title, struct error *err)
{
    FILE *f = fopen(path, "rb");
    size_t place;
    if (f == NULL)
        return error_set(err, "%s: %s", path, strerror(errno));
    const bool ok = take_in(s, f, path, title, &place, err);
    fclose(f);
    return ok;
}

bool store_grow(struct store *s, const char *path, const char *title, const char *more, struct error *err)
{
    FILE *f = fopen(path, "r+b");
    if (f == NULL)
        f = fopen(path, "w+b");
    size_t place;
    if (f == NULL)
        return error_set(err, "%s: %s", path, strerror(errno));
    s->file = f;
    s->path = path;
    if (flock(fileno(f), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return error_set(err, "%s: another run is writing its records there", path);
    if (!take_in(s, f, path, title, &place, err))
        return false;
    bool good = fseek(f, (long)place, SEEK_SET) == 0;
    if (good && place == 0) {
        struct file_head head = {
            .order = order_mark, .title_length = (uint32_t)strlen(title), .more_length = (uint32_t)strlen(more)};
        memcpy(head.magic, magic, sizeof magic);
        good = fwrite(&head, sizeof head, 1, f) == 1 && fputs(title, f) >= 0 && fputs(more, f) >= 0 && fflush(f) == 0;
    } else if (good) {
        good = ftruncate(fileno(f), (off_t)place) == 0; /* what was being written when the program died */
    }
    return good || error_set(err, "%s: %s", path, strerror(errno));
}

static const struct entry *find(const struct store *s, const struct store_key *key, uint64_t replication)
{
    const struct entry wanted = {.key = *key, .replication = replication};
    return s->count == 0 ? NULL : bsearch(&wanted, s->entries, s->count, sizeof wanted, by_key);
}

bool store_find(const struct store *s, const struct store_key *key, uint64_t replication, struct record *out)
{
    const struct entry *e = find(s, key, replication);
    if (e == NULL)
        return false;
    struct record_bytes b = {.at = (unsigned char *)(uintptr_t)e->bytes, .count = e->count};
    return record_get(&b, out);
}

/* Under the lock. */
static bool write_record(struct store *s, const struct store_key *key, uint64_t replication, const struct record *record, struct error *err)
{
    record_put(&s->out, record);
    if (s->out.failed)
        return error_set(err, "out of memory");
    struct entry_head head = {.key = *key, .replication = replication, .bytes = s->out.count};
    head.sum = checksum(&head, s->out.at, s->out.count);
    if (fwrite(&head, sizeof head, 1, s->file) != 1 || fwrite(s->out.at, 1, s->out.count, s->file) != s->out.count || fflush(s->file) != 0)
        return error_set(err, "%s: %s", s->path, strerror(errno));
    return true;
}

bool store_put(struct store *s, const struct store_key *key, uint64_t replication, const struct record *record, struct error *err)
{
    if (s->file == NULL || find(s, key, replication) != NULL)
        return true;
    pthread_mutex_lock(&s->writing);
    const bool good = write_record(s, key, replication, record, err);
    pthread_mutex_unlock(&s->writing);
    return good;
}
