// Star Schema Benchmark data, after O'Neil, O'Neil and Chen, "Star Schema Benchmark", revision 3, 2009.
//
// Every row is a function of (seed, table, row number), so the same options always give the same bytes.
// Money is in cents, as in the benchmark's own tool. Names of colours, types, containers and nations, and the
// retail price formula, are those of TPC-H, from which the specification takes them.
//
// usage: generate SCALE DIRECTORY SEED   (called by the script `generate` beside this file)

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { uint64_t state; } Random;

static uint64_t next(Random *r) {  // splitmix64
    uint64_t z = (r->state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static Random randomFor(uint64_t seed, uint64_t table, uint64_t row) {
    Random r = {seed * 0xD1342543DE82EF95u + table * 0xA0761D6478BD642Fu};
    r.state = next(&r) + row * 0xE7037ED1A0B428DBu;
    next(&r);
    return r;
}

// A whole number from low to high, both included.
static uint32_t between(Random *r, uint32_t low, uint32_t high) {
    uint64_t span = (uint64_t)high - low + 1;
    return low + (uint32_t)(((next(r) >> 32) * span) >> 32);
}

// MARK: - Output

typedef struct { FILE *file; char bytes[1 << 20]; size_t used; } Output;
static Output out;

static void stop(const char *what) {
    fprintf(stderr, "generate: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void flushOutput(void) {
    if (fwrite(out.bytes, 1, out.used, out.file) != out.used) stop("write");
    out.used = 0;
}

static void openTable(const char *directory, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.csv", directory, name);
    out.file = fopen(path, "w");
    if (!out.file) stop(path);
    setvbuf(out.file, NULL, _IONBF, 0);
}

static void closeTable(void) {
    flushOutput();
    if (fclose(out.file) != 0) stop("close");
}

static void text(const char *s) {
    size_t n = strlen(s);
    memcpy(out.bytes + out.used, s, n);
    out.used += n;
}

static void number(uint64_t v) {
    char digits[20];
    int n = 0;
    do { digits[n++] = (char)('0' + v % 10); v /= 10; } while (v);
    while (n) out.bytes[out.used++] = digits[--n];
}

static void comma(void) { out.bytes[out.used++] = ','; }

static void endRow(void) {
    out.bytes[out.used++] = '\n';
    if (out.used > sizeof out.bytes - 4096) flushOutput();
}

static void textField(const char *s) { text(s); comma(); }
static void numberField(uint64_t v) { number(v); comma(); }

// MARK: - Word lists

static const char *const regions[] = {"AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"};
static const struct { const char *name; int region; } nations[] = {
    {"ALGERIA", 0}, {"ARGENTINA", 1}, {"BRAZIL", 1}, {"CANADA", 1}, {"EGYPT", 4}, {"ETHIOPIA", 0}, {"FRANCE", 3},
    {"GERMANY", 3}, {"INDIA", 2}, {"INDONESIA", 2}, {"IRAN", 4}, {"IRAQ", 4}, {"JAPAN", 2}, {"JORDAN", 4},
    {"KENYA", 0}, {"MOROCCO", 0}, {"MOZAMBIQUE", 0}, {"PERU", 1}, {"CHINA", 2}, {"ROMANIA", 3},
    {"SAUDI ARABIA", 4}, {"VIETNAM", 2}, {"RUSSIA", 3}, {"UNITED KINGDOM", 3}, {"UNITED STATES", 1}};
static const char *const segments[] = {"AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"};
static const char *const priorities[] = {"1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECI", "5-LOW"};
static const char *const shipModes[] = {"AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"};
static const char *const typeFirst[] = {"STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"};
static const char *const typeSecond[] = {"ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"};
static const char *const typeThird[] = {"TIN", "NICKEL", "BRASS", "STEEL", "COPPER"};
static const char *const containerFirst[] = {"SM", "LG", "MED", "JUMBO", "WRAP"};
static const char *const containerSecond[] = {"CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"};
static const char *const colors[] = {
    "almond", "antique", "aquamarine", "azure", "beige", "bisque", "black", "blanched", "blue", "blush", "brown",
    "burlywood", "burnished", "chartreuse", "chiffon", "chocolate", "coral", "cornflower", "cornsilk", "cream", "cyan",
    "dark", "deep", "dim", "dodger", "drab", "firebrick", "floral", "forest", "frosted", "gainsboro", "ghost",
    "goldenrod", "green", "grey", "honeydew", "hot", "indian", "ivory", "khaki", "lace", "lavender", "lawn", "lemon",
    "light", "lime", "linen", "magenta", "maroon", "medium", "metallic", "midnight", "mint", "misty", "moccasin",
    "navajo", "navy", "olive", "orange", "orchid", "pale", "papaya", "peach", "peru", "pink", "plum", "powder", "puff",
    "purple", "red", "rose", "rosy", "royal", "saddle", "salmon", "sandy", "seashell", "sienna", "sky", "slate",
    "smoke", "snow", "spring", "steel", "tan", "thistle", "tomato", "turquoise", "violet", "wheat", "white", "yellow"};
static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
                                     "August", "September", "October", "November", "December"};
static const char *const weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof(*(list))))
#define PICK(r, list) (list)[between(r, 0, COUNT(list) - 1)]

// MARK: - Calendar: 1992-01-01 to 1998-12-31

typedef struct { int year, month, day, dayOfYear, weekday, key; } Day;
enum { dayCount = 2557, lastOrderDay = dayCount - 151 };
static Day days[dayCount];

static int monthLength(int year, int month) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 1 && year % 4 == 0 ? 29 : lengths[month];
}

static void fillCalendar(void) {
    Day d = {1992, 0, 1, 1, 3, 0};  // 1 January 1992 was a Wednesday
    for (int i = 0; i < dayCount; i++) {
        d.key = d.year * 10000 + (d.month + 1) * 100 + d.day;
        days[i] = d;
        d.weekday = (d.weekday + 1) % 7;
        d.dayOfYear++;
        if (++d.day > monthLength(d.year, d.month)) { d.day = 1; d.month++; }
        if (d.month == 12) { d.month = 0; d.year++; d.dayOfYear = 1; }
    }
}

static const char *season(const Day *d) {
    if (d->month == 11 || (d->month == 10 && d->day >= 15)) return "Christmas";
    if (d->month <= 1) return "Winter";
    if (d->month <= 4) return "Spring";
    return d->month <= 7 ? "Summer" : "Fall";
}

static int isHoliday(const Day *d) {
    static const int holidays[][2] = {{0, 1}, {1, 20}, {3, 20}, {4, 20}, {6, 20}, {7, 20}, {8, 20}, {9, 20}, {10, 20}, {11, 25}};
    for (uint32_t i = 0; i < COUNT(holidays); i++)
        if (holidays[i][0] == d->month && holidays[i][1] == d->day) return 1;
    return 0;
}

static void writeDates(const char *directory) {
    char line[200];
    openTable(directory, "date");
    for (int i = 0; i < dayCount; i++) {
        const Day *d = &days[i];
        snprintf(line, sizeof line, "%d,\"%s %d, %d\",%s,%s,%d,%d,%.3s%d,%d,%d,%d,%d,%d,%s,%d,%d,%d,%d",
                 d->key, months[d->month], d->day, d->year, weekdays[d->weekday], months[d->month], d->year,
                 d->year * 100 + d->month + 1, months[d->month], d->year, d->weekday + 1, d->day, d->dayOfYear,
                 d->month + 1, (d->dayOfYear - 1) / 7 + 1, season(d), d->weekday == 6,
                 d->day == monthLength(d->year, d->month), isHoliday(d), d->weekday >= 1 && d->weekday <= 5);
        text(line);
        endRow();
    }
    closeTable();
}

// MARK: - Dimensions

static void addressAndNation(Random *r) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    char line[120];
    uint32_t length = between(r, 10, 25);
    for (uint32_t i = 0; i < length; i++) line[i] = letters[between(r, 0, sizeof letters - 2)];
    line[length] = 0;
    textField(line);
    uint32_t n = between(r, 0, COUNT(nations) - 1);
    snprintf(line, sizeof line, "%-9.9s%u,%s,%s,", nations[n].name, between(r, 0, 9), nations[n].name,
             regions[nations[n].region]);
    text(line);
    snprintf(line, sizeof line, "%u-%u-%u-%u", n + 10, between(r, 100, 999), between(r, 100, 999), between(r, 1000, 9999));
    text(line);
}

static void writeParties(const char *directory, uint64_t seed, const char *table, const char *label, uint64_t rows) {
    int customers = table[0] == 'c';
    char name[40];
    openTable(directory, table);
    for (uint64_t key = 1; key <= rows; key++) {
        Random r = randomFor(seed, customers ? 1 : 2, key);
        numberField(key);
        snprintf(name, sizeof name, "%s#%09llu", label, (unsigned long long)key);
        textField(name);
        addressAndNation(&r);
        if (customers) { comma(); text(PICK(&r, segments)); }
        endRow();
    }
    closeTable();
}

static void writeParts(const char *directory, uint64_t seed, uint64_t rows) {
    char line[200];
    openTable(directory, "part");
    for (uint64_t key = 1; key <= rows; key++) {
        Random r = randomFor(seed, 3, key);
        const char *color = PICK(&r, colors), *second = PICK(&r, colors);
        uint32_t maker = between(&r, 1, 5), category = between(&r, 1, 5), brand = between(&r, 1, 40);
        const char *a = PICK(&r, typeFirst), *b = PICK(&r, typeSecond), *c = PICK(&r, typeThird);
        uint32_t size = between(&r, 1, 50);
        const char *box = PICK(&r, containerFirst), *kind = PICK(&r, containerSecond);
        snprintf(line, sizeof line, "%llu,%s %s,MFGR#%u,MFGR#%u%u,MFGR#%u%u%u,%s,%s %s %s,%u,%s %s",
                 (unsigned long long)key, color, second, maker, maker, category, maker, category, brand, color,
                 a, b, c, size, box, kind);
        text(line);
        endRow();
    }
    closeTable();
}

// MARK: - Facts

static uint32_t retailPrice(uint32_t part) { return 90000 + (part / 10) % 20001 + 100 * (part % 1000); }

typedef struct { uint32_t part, supplier, quantity, price, discount, tax, commit; const char *mode; } Line;

static uint64_t writeOrders(const char *directory, uint64_t seed, uint64_t orders, uint32_t customers,
                            uint32_t parts, uint32_t suppliers) {
    uint64_t rows = 0;
    openTable(directory, "lineorder");
    for (uint64_t i = 0; i < orders; i++) {
        Random r = randomFor(seed, 4, i);
        Line lines[7];
        uint64_t orderKey = (i / 8) * 32 + i % 8 + 1;  // the first 8 of every 32 keys are used
        uint32_t customer = between(&r, 1, customers), day = between(&r, 0, lastOrderDay - 1);
        const char *priority = PICK(&r, priorities);
        uint32_t count = between(&r, 1, 7);
        uint64_t total = 0;
        for (uint32_t n = 0; n < count; n++) {
            Line *l = &lines[n];
            l->part = between(&r, 1, parts);
            l->supplier = between(&r, 1, suppliers);
            l->quantity = between(&r, 1, 50);
            l->price = l->quantity * retailPrice(l->part);
            l->discount = between(&r, 0, 10);
            l->tax = between(&r, 0, 8);
            l->commit = day + between(&r, 30, 90);
            l->mode = PICK(&r, shipModes);
            total += (uint64_t)l->price * (100 - l->discount) / 100 * (100 + l->tax) / 100;
        }
        for (uint32_t n = 0; n < count; n++) {
            const Line *l = &lines[n];
            numberField(orderKey);
            numberField(n + 1);
            numberField(customer);
            numberField(l->part);
            numberField(l->supplier);
            numberField((uint64_t)days[day].key);
            textField(priority);
            textField("0");
            numberField(l->quantity);
            numberField(l->price);
            numberField(total);
            numberField(l->discount);
            numberField((uint64_t)l->price * (100 - l->discount) / 100);
            numberField(retailPrice(l->part) * 6 / 10);
            numberField(l->tax);
            numberField((uint64_t)days[l->commit].key);
            text(l->mode);
            endRow();
        }
        rows += count;
    }
    closeTable();
    return rows;
}

int main(int argc, char **argv) {
    if (argc != 4) { fprintf(stderr, "usage: generate SCALE DIRECTORY SEED\n"); return 2; }
    double scale = strtod(argv[1], NULL);
    if (!(scale > 0 && scale <= 300)) { fprintf(stderr, "generate: the scale must lie between 0 and 300\n"); return 2; }
    const char *directory = argv[2];
    uint64_t seed = strtoull(argv[3], NULL, 10);
    uint32_t customers = (uint32_t)fmax(1, 30000 * scale), suppliers = (uint32_t)fmax(1, 2000 * scale);
    uint32_t parts = (uint32_t)fmax(1, scale < 1 ? 200000 * scale : 200000 * floor(1 + log2(scale)));
    fillCalendar();
    writeDates(directory);
    writeParties(directory, seed, "customer", "Customer", customers);
    writeParties(directory, seed, "supplier", "Supplier", suppliers);
    writeParts(directory, seed, parts);
    uint64_t rows = writeOrders(directory, seed, (uint64_t)fmax(1, 1500000 * scale), customers, parts, suppliers);
    printf("customer %u, supplier %u, part %u, date %d, lineorder %llu rows\n", customers, suppliers, parts,
           dayCount, (unsigned long long)rows);
    return 0;
}
