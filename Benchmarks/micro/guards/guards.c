// Runs each guarded kernel under callgrind, once a level, and marks where its instructions begin and end.
//
// A case is one line of `cases` below; its name and counts stand in counts.json. Inputs are fixed, so the counts
// are the same on every machine that has the level and the same compiler. Called by `guards.py`.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "CKernels.h"

enum { count = SH_BLOCK, room = SH_BLOCK + SH_SLACK, tableSize = 1 << 15 };

// What the cases read and write; filled anew before each.
static struct {
    uint32_t packed[64 * 32 + SH_SLACK];
    uint32_t codes[room], out32[room], values[room];
    uint64_t packed64[64 * 16 + SH_SLACK], out64[room], mask[room / 64 + 1];
    int64_t wide[room];
    uint16_t at[room], selected[room], kept16[room];
    uint8_t kept8[room];
    uint8_t bitmap[tableSize / 8 + SH_SLACK], table8[tableSize + SH_SLACK];
    uint16_t table16[tableSize + SH_SLACK];
    uint32_t table32[tableSize + SH_SLACK];
    struct sh_scan scan;
    uint64_t low, high;
    int64_t signedHigh, min, max;
} d;

static uint64_t state;
static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % below);
}

static void fill(void) {
    state = 1;
    memset(&d, 0, sizeof d);
    for (int i = 0; i < count; i++) {
        d.codes[i] = draw(tableSize);
        d.values[i] = draw(1 << 20);
        d.wide[i] = (int64_t)draw(1 << 30) * 3 - (1 << 29);
    }
    for (int i = 0; i < count / 8; i++) d.at[i] = (uint16_t)(i * 8 + draw(8));
    for (size_t i = 0; i < sizeof d.packed / sizeof *d.packed; i++) d.packed[i] = draw(1u << 31);
    for (size_t i = 0; i < sizeof d.packed64 / sizeof *d.packed64; i++) d.packed64[i] = draw(1u << 31);
    for (int i = 0; i < count / 64; i++) d.mask[i] = (uint64_t)draw(1u << 31) << 31 & ((uint64_t)draw(1u << 31) << 30);
    for (int i = 0; i < tableSize; i++) {
        const int passes = draw(5) == 0;
        if (passes) d.bitmap[i / 8] |= (uint8_t)(1 << i % 8);
        d.table8[i] = passes ? (uint8_t)draw(25) : 0xFF;
        d.table16[i] = passes ? (uint16_t)draw(1000) : 0xFFFF;
        d.table32[i] = draw(1 << 20);
    }
}

#define CASES                                                                            \
    CASE(unpack32_w4, k->unpack32(d.packed, 4, d.out32))                                 \
    CASE(unpack32_w6, k->unpack32(d.packed, 6, d.out32))                                 \
    CASE(unpack32_w12, k->unpack32(d.packed, 12, d.out32))                               \
    CASE(unpack32_w15, k->unpack32(d.packed, 15, d.out32))                               \
    CASE(unpack32_w20, k->unpack32(d.packed, 20, d.out32))                               \
    CASE(unpack32_w24, k->unpack32(d.packed, 24, d.out32))                               \
    CASE(unpack32_at_w20, k->unpack32_at(d.packed, 20, d.at, count / 8, d.out32))        \
    CASE(unpack64_w40, k->unpack64(d.packed64, 40, d.out64))                             \
    CASE(pack32_w20, k->pack32(d.values, 20, d.packed))                                  \
    CASE(range_mask_u32, k->range_mask_u32(d.values, count, 1000, 300000, d.mask))       \
    CASE(range_mask_i64, k->range_mask_i64(d.wide, count, 1000, 300000000, d.mask))      \
    CASE(mask_select_u16, k->mask_select_u16(d.mask, count, 0, d.selected))              \
    CASE(bitmap_mask, k->bitmap_mask(d.codes, count, d.bitmap, d.mask))                  \
    CASE(bitmap_select, k->bitmap_select(d.codes, NULL, count, d.bitmap, d.selected))    \
    CASE(range_select, k->range_select(d.codes, NULL, count, 100, 9000, d.selected))     \
    CASE(gather_u8, k->gather_u8(d.codes, count, d.table8, d.kept8))                     \
    CASE(gather_u16, k->gather_u16(d.codes, count, d.table16, d.kept16))                 \
    CASE(gather_u32, k->gather_u32(d.codes, count, d.table32, d.out32))                  \
    CASE(table_u8_select, k->table_u8_select(d.codes, NULL, count, d.table8, 0xFF, d.selected, d.kept8)) \
    CASE(table_u16_select, k->table_u16_select(d.codes, NULL, count, d.table16, 0xFFFF, d.selected, d.kept16)) \
    CASE(sum_u32, d.low = k->sum_u32(d.values, count))                                   \
    CASE(sum_i64, k->sum_i64(d.wide, count, &d.low, &d.signedHigh))                      \
    CASE(sum_product_u32, k->sum_product_u32(d.values, d.codes, count, &d.low, &d.high)) \
    CASE(minmax_i64, k->minmax_i64(d.wide, count, &d.min, &d.max))                       \
    CASE(scan_i64, k->scan_i64(d.wide, count, &d.scan))                                  \
    CASE(subtract_i64, k->subtract_i64(d.wide, count, -5, d.out32))                      \
    CASE(add_i32, k->add_i32(d.values, count, 7, (int32_t *)d.out32))                    \
    CASE(prefix_sum_u32, k->prefix_sum_u32(d.values, count, 3, 1))                       \
    CASE(crc32c, d.low = k->crc32c(0, d.packed, 4096))

#define CASE(name, call) \
    static void run_##name(const struct sh_kernels *k) { call; }
CASES
#undef CASE

static const struct { const char *name; void (*run)(const struct sh_kernels *); } cases[] = {
#define CASE(name, call) {#name, run_##name},
    CASES
#undef CASE
};

int main(void) {
    static const char *const levels[] = {"portable", "avx2"};
    for (int level = SH_PORTABLE; level <= SH_AVX2; level++) {
        const struct sh_kernels *k = sh_kernels_at((enum sh_level)level);
        if (!k) continue;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            char label[100];
            snprintf(label, sizeof label, "%s/%s", cases[i].name, levels[level]);
            fill();
            CALLGRIND_START_INSTRUMENTATION;
            CALLGRIND_ZERO_STATS;
            cases[i].run(k);
            CALLGRIND_DUMP_STATS_AT(label);
            CALLGRIND_STOP_INSTRUMENTATION;
        }
    }
    return 0;
}
