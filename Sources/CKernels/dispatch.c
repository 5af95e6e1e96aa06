// Compiles the kernels once per instruction set and picks a set before main.

#include "CKernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// sh_bit_positions[byte] lists the positions of the byte's set bits, then zeros.
static uint16_t sh_bit_positions[256][8];
/// sh_run_lanes[byte][i] counts the byte's bits 1 to i: which of the runs at hand row i belongs to.
static uint8_t sh_run_lanes[256][8];
/// Tables of CRC-32C, polynomial 0x1EDC6F41 reflected, for slicing by 8.
static uint32_t sh_crc_table[8][256];

/// Bit i of the result is bytes[i], each 0 or 1.
static inline uint64_t sh_fold64(const uint8_t *bytes) {
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t word;
        memcpy(&word, bytes + i * 8, 8);
        // The product's top byte gathers the lowest bits of all eight bytes.
        bits |= (word * 0x0102040810204080ull >> 56) << (i * 8);
    }
    return bits;
}

#define SH_NAME(x) x##_portable
#define SH_VECTOR 4
#define SH_SIMD 0
#include "kernels_body.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt,sse4.2,crc32"))), apply_to = function)
#define SH_NAME(x) x##_avx2
#define SH_VECTOR 8
#define SH_SIMD 1
#include "kernels_body.h"
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,bmi,bmi2,popcnt,lzcnt,sse4.2,crc32,prefer-256-bit"))), \
    apply_to = function)
#define SH_NAME(x) x##_avx512
#define SH_VECTOR 16
#define SH_SIMD 2
#include "kernels_body.h"
#pragma clang attribute pop
#endif

static const struct sh_kernels *sh_active = &kernels_portable;
static enum sh_level sh_active_is = SH_PORTABLE;

static bool sh_runs(enum sh_level level) {
    if (level == SH_PORTABLE) return true;
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
                      __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("sse4.2");
    if (level == SH_AVX2) return avx2;
    if (level == SH_AVX512)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#endif
    return false;
}

const struct sh_kernels *sh_kernels_at(enum sh_level level) {
    if (!sh_runs(level)) return NULL;
#if defined(__x86_64__)
    if (level == SH_AVX512) return &kernels_avx512;
    if (level == SH_AVX2) return &kernels_avx2;
#endif
    return level == SH_PORTABLE ? &kernels_portable : NULL;
}

enum sh_level sh_active_level(void) { return sh_active_is; }

__attribute__((constructor)) static void sh_start(void) {
    for (int byte = 0; byte < 256; byte++) {
        int count = 0;
        for (int bit = 0; bit < 8; bit++)
            if (byte >> bit & 1) sh_bit_positions[byte][count++] = (uint16_t)bit;
        for (int bit = 1; bit < 8; bit++)
            sh_run_lanes[byte][bit] = (uint8_t)(sh_run_lanes[byte][bit - 1] + (byte >> bit & 1));
        uint32_t crc = (uint32_t)byte;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
        sh_crc_table[0][byte] = crc;
    }
    for (int slice = 1; slice < 8; slice++)
        for (int byte = 0; byte < 256; byte++) {
            const uint32_t crc = sh_crc_table[slice - 1][byte];
            sh_crc_table[slice][byte] = crc >> 8 ^ sh_crc_table[0][crc & 0xFF];
        }
    for (int level = SH_AVX512; level >= SH_PORTABLE; level--) {
        const struct sh_kernels *set = sh_kernels_at((enum sh_level)level);
        if (set) {
            sh_active = set;
            sh_active_is = (enum sh_level)level;
            return;
        }
    }
}

void sh_pack32(const uint32_t *in, int width, uint32_t *packed) { sh_active->pack32(in, width, packed); }
void sh_unpack32(const uint32_t *packed, int width, uint32_t *out) { sh_active->unpack32(packed, width, out); }
void sh_unpack32_at(const uint32_t *packed, int width, const uint16_t *at, size_t n, uint32_t *out) {
    sh_active->unpack32_at(packed, width, at, n, out);
}
void sh_pack64(const uint64_t *in, int width, uint64_t *packed) { sh_active->pack64(in, width, packed); }
void sh_unpack64(const uint64_t *packed, int width, uint64_t *out) { sh_active->unpack64(packed, width, out); }
void sh_unpack64_at(const uint64_t *packed, int width, const uint16_t *at, size_t n, uint64_t *out) {
    sh_active->unpack64_at(packed, width, at, n, out);
}
void sh_range_mask_u32(const uint32_t *in, size_t n, uint32_t lo, uint32_t hi, uint64_t *mask) {
    sh_active->range_mask_u32(in, n, lo, hi, mask);
}
void sh_range_mask_packed(
    const uint32_t *packed, int width, uint32_t lo, uint32_t hi, uint64_t *mask) {
    sh_active->range_mask_packed(packed, width, lo, hi, mask);
}
void sh_range_mask_i64(const int64_t *in, size_t n, int64_t lo, int64_t hi, uint64_t *mask) {
    sh_active->range_mask_i64(in, n, lo, hi, mask);
}
size_t sh_mask_select_u16(const uint64_t *mask, size_t n, uint16_t base, uint16_t *out) {
    return sh_active->mask_select_u16(mask, n, base, out);
}
size_t sh_mask_select_u32(const uint64_t *mask, size_t n, uint32_t base, uint32_t *out) {
    return sh_active->mask_select_u32(mask, n, base, out);
}
void sh_bitmap_mask(const uint32_t *codes, size_t n, const uint8_t *bitmap, uint64_t *mask) {
    sh_active->bitmap_mask(codes, n, bitmap, mask);
}
size_t sh_bitmap_select(
    const uint32_t *codes, const uint16_t *at, size_t n, const uint8_t *bitmap, uint16_t *out) {
    return sh_active->bitmap_select(codes, at, n, bitmap, out);
}
size_t sh_range_select(
    const uint32_t *codes, const uint16_t *at, size_t n, uint32_t lo, uint32_t hi, uint16_t *out) {
    return sh_active->range_select(codes, at, n, lo, hi, out);
}
void sh_gather_u8(const uint32_t *codes, size_t n, const uint8_t *table, uint8_t *out) {
    sh_active->gather_u8(codes, n, table, out);
}
void sh_gather_u16(const uint32_t *codes, size_t n, const uint16_t *table, uint16_t *out) {
    sh_active->gather_u16(codes, n, table, out);
}
void sh_gather_u32(const uint32_t *codes, size_t n, const uint32_t *table, uint32_t *out) {
    sh_active->gather_u32(codes, n, table, out);
}
size_t sh_table_u8_select(
    const uint32_t *codes, const uint16_t *at, size_t n, const uint8_t *table, uint8_t reject,
    uint16_t *out, uint8_t *kept) {
    return sh_active->table_u8_select(codes, at, n, table, reject, out, kept);
}
size_t sh_table_u16_select(
    const uint32_t *codes, const uint16_t *at, size_t n, const uint16_t *table, uint16_t reject,
    uint16_t *out, uint16_t *kept) {
    return sh_active->table_u16_select(codes, at, n, table, reject, out, kept);
}
void sh_table_mask_u8(const uint32_t *codes, size_t n, const uint8_t *table, uint64_t *mask) {
    sh_active->table_mask_u8(codes, n, table, mask);
}
void sh_run_ranks(const uint64_t *starts, const uint16_t *at, size_t n, uint32_t *out) {
    sh_active->run_ranks(starts, at, n, out);
}
void sh_expand_u32(const uint64_t *starts, size_t n, const uint32_t *runs, uint32_t *out) {
    sh_active->expand_u32(starts, n, runs, out);
}
void sh_expand_mask(const uint64_t *starts, size_t n, const uint64_t *runs, uint64_t *mask) {
    sh_active->expand_mask(starts, n, runs, mask);
}
uint64_t sh_sum_u32(const uint32_t *in, size_t n) { return sh_active->sum_u32(in, n); }
void sh_sum_i64(const int64_t *in, size_t n, uint64_t *low, int64_t *high) {
    sh_active->sum_i64(in, n, low, high);
}
void sh_sum_product_u32(
    const uint32_t *a, const uint32_t *b, size_t n, uint64_t *low, uint64_t *high) {
    sh_active->sum_product_u32(a, b, n, low, high);
}
uint32_t sh_max_u32(const uint32_t *in, size_t n) { return sh_active->max_u32(in, n); }
void sh_minmax_i64(const int64_t *in, size_t n, int64_t *min, int64_t *max) {
    sh_active->minmax_i64(in, n, min, max);
}
void sh_scan_i64(const int64_t *in, size_t n, struct sh_scan *scan) { sh_active->scan_i64(in, n, scan); }
void sh_subtract_i64(const int64_t *in, size_t n, int64_t base, uint32_t *out) {
    sh_active->subtract_i64(in, n, base, out);
}
void sh_add_i64(const uint32_t *in, size_t n, int64_t base, int64_t *out) {
    sh_active->add_i64(in, n, base, out);
}
void sh_add_i32(const uint32_t *in, size_t n, int32_t base, int32_t *out) {
    sh_active->add_i32(in, n, base, out);
}
void sh_add_i16(const uint32_t *in, size_t n, int16_t base, int16_t *out) {
    sh_active->add_i16(in, n, base, out);
}
void sh_add_u8(const uint32_t *in, size_t n, uint8_t base, uint8_t *out) {
    sh_active->add_u8(in, n, base, out);
}
void sh_prefix_sum_u32(uint32_t *values, size_t n, uint32_t start, uint32_t step) {
    sh_active->prefix_sum_u32(values, n, start, step);
}
void sh_prefix_sum_u64(uint64_t *values, size_t n, uint64_t start, uint64_t step) {
    sh_active->prefix_sum_u64(values, n, start, step);
}
uint32_t sh_crc32c(uint32_t crc, const void *bytes, size_t n) { return sh_active->crc32c(crc, bytes, n); }
void sh_find4(const uint8_t *bytes, uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint64_t *mask) {
    sh_active->find4(bytes, a, b, c, d, mask);
}
