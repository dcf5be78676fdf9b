/*
 * The ring against a plain account of what it should hold: seeded random sessions, losses and backfills, with
 * indices that wrap.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../beatlens_patch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 7
#define SLOT_SAMPLES 10
#define ROUNDS 20000

#define CHECK(truth)                                                                                           \
	do {                                                                                                   \
		if (!(truth)) {                                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #truth);                            \
			exit(EXIT_FAILURE);                                                                    \
		}                                                                                              \
	} while (0)

static bl_ring_mark marks[SLOTS];
static int16_t storage[SLOTS * SLOT_SAMPLES];

static uint32_t state = 2463534242u;

/** xorshift32 */
static uint32_t random_below(uint32_t limit)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % limit;
}

/** Every sample tells its index, every mark follows from its first sample's. */
static int16_t sample_at(uint32_t index)
{
	return (int16_t)((int32_t)(index * 2654435761u >> 16) - 32768);
}

static void put(bl_ring *ring, uint8_t count)
{
	int16_t samples[SLOT_SAMPLES];

	for (uint8_t i = 0; i < count; i++) {
		samples[i] = sample_at(ring->next_index + i);
	}
	CHECK(bl_ring_put(ring, (uint8_t)(ring->next_index & 0x3F), ring->next_index * 131, samples, count));
}

static void check_frame(const bl_frame *frame, const bl_ring *ring)
{
	CHECK(frame->session == ring->start.session);
	CHECK(frame->format == ring->start.format);
	CHECK(frame->ticks == frame->first_index * 131);
	CHECK(frame->flags == (frame->first_index & 0x3F));
	for (uint8_t i = 0; i < frame->count; i++) {
		CHECK(frame->samples[i] == sample_at(frame->first_index + i));
	}
}

static void test_limits(void)
{
	bl_ring ring;
	bl_start start = {.format = BL_INT16, .samples_per_frame = SLOT_SAMPLES, .session = 3};
	bl_frame frame;
	uint32_t next = 0;
	int16_t samples[SLOT_SAMPLES + 1] = {0};

	bl_ring_init(&ring, marks, storage, SLOTS, SLOT_SAMPLES);
	bl_ring_begin(&ring, &start);
	CHECK(bl_ring_held(&ring).count == 0);
	CHECK(!bl_ring_read(&ring, &next, &frame));
	CHECK(!bl_ring_put(&ring, 0, 0, samples, 0));
	CHECK(!bl_ring_put(&ring, 0, 0, samples, SLOT_SAMPLES + 1));
	for (int i = 0; i <= SLOTS; i++) {
		put(&ring, SLOT_SAMPLES);
	}
	CHECK(bl_ring_held(&ring).first_index == SLOT_SAMPLES);
	CHECK(bl_ring_held(&ring).count == SLOTS * SLOT_SAMPLES);
	CHECK(bl_ring_read(&ring, &next, &frame) && next == SLOT_SAMPLES);
	bl_ring_begin(&ring, &start);
	CHECK(bl_ring_held(&ring).count == 0);
}

static void test_refusals(void)
{
	bl_ring ring;
	bl_start start = {.format = BL_INT16, .samples_per_frame = SLOT_SAMPLES, .session = 3};
	bl_backfill backfill = {0};
	bl_request request = {.opcode = BL_BACKFILL_SAMPLES, .tag = 5, .as.range = {.session = 3, .count = 100}};
	bl_answer answer;
	bl_frame frame;

	bl_ring_init(&ring, marks, storage, SLOTS, SLOT_SAMPLES);
	bl_ring_begin(&ring, &start);
	bl_backfill_begin(&backfill, &ring, &request, &answer);
	CHECK(answer.code == BL_NOT_IN_RING && answer.tag == 5);
	put(&ring, SLOT_SAMPLES);
	request.as.range.session = 2;
	bl_backfill_begin(&backfill, &ring, &request, &answer);
	CHECK(answer.code == BL_NOT_IN_RING);
	CHECK(bl_backfill_read(&backfill, &ring, &frame, &answer) == BL_NO_BACKFILL);
	request.as.range.session = 3;
	bl_backfill_begin(&backfill, &ring, &request, &answer);
	CHECK(answer.code == BL_SUCCESS && answer.as.range.first_index == 0 && answer.as.range.count == SLOT_SAMPLES);
	bl_backfill_begin(&backfill, &ring, &request, &answer);
	CHECK(answer.code == BL_BUSY);
}

/** While a backfill goes on, new frames come and may overtake it. */
static void test_backfills(void)
{
	bl_ring ring;
	bl_backfill backfill = {0};
	unsigned complete = 0;
	unsigned overtaken = 0;

	bl_ring_init(&ring, marks, storage, SLOTS, SLOT_SAMPLES);
	for (int round = 0; round < ROUNDS; round++) {
		bl_start start = {.format = BL_DELTA_PACKED, .session = (uint16_t)random_below(4)};
		bl_ring_begin(&ring, &start);
		/* As after months of streaming: the wrap comes within this session. */
		ring.next_index = 0u - random_below(100);
		for (uint32_t frames = random_below(20); frames > 0; frames--) {
			put(&ring, (uint8_t)(1 + random_below(SLOT_SAMPLES)));
		}

		bl_range held = bl_ring_held(&ring);
		bl_request request = {.opcode = BL_BACKFILL_SAMPLES, .tag = (uint8_t)round};
		request.as.range.session = start.session;
		request.as.range.first_index = held.first_index + held.count - random_below(150);
		request.as.range.count = 1 + random_below(150);
		bl_answer answer;
		bl_backfill_begin(&backfill, &ring, &request, &answer);

		/* What should be promised, sample by sample. */
		uint32_t first = 0;
		uint32_t count = 0;
		for (uint32_t i = 0; i < request.as.range.count; i++) {
			uint32_t index = request.as.range.first_index + i;
			if (index - held.first_index < held.count && count++ == 0) {
				first = index;
			}
		}
		if (count == 0) {
			CHECK(answer.code == BL_NOT_IN_RING);
			continue;
		}
		CHECK(answer.code == BL_SUCCESS);
		CHECK(answer.as.range.first_index == first && answer.as.range.count == count);

		uint32_t expected = first; /* the sample that has to come next, unless it was overwritten */
		bool lost = false;
		bl_frame frame;
		bl_answer ended;
		while (bl_backfill_read(&backfill, &ring, &frame, &ended) == BL_BACKFILL_FRAME) {
			CHECK(frame.type == BL_BACKFILL);
			check_frame(&frame, &ring);
			if (expected - frame.first_index >= frame.count) {
				CHECK(frame.first_index == bl_ring_held(&ring).first_index);
				lost = true;
			}
			CHECK(frame.first_index - first < count || first - frame.first_index < frame.count);
			if (random_below(4) != 0) { /* otherwise the radio was full: the same again */
				bl_backfill_sent(&backfill, &frame);
				expected = bl_after(&frame);
			}
			for (uint32_t frames = random_below(4); frames > 0; frames--) {
				put(&ring, (uint8_t)(1 + random_below(SLOT_SAMPLES)));
			}
		}
		CHECK(ended.opcode == BL_BACKFILL_ENDED && ended.tag == (uint8_t)round && !backfill.active);
		bool all = expected - first >= count;
		CHECK((ended.code == BL_SUCCESS) == (all && !lost));
		complete += ended.code == BL_SUCCESS;
		overtaken += ended.code == BL_NOT_IN_RING;
	}
	CHECK(complete > ROUNDS / 10 && overtaken > ROUNDS / 10);
	printf("ring: %u backfills complete, %u overtaken\n", complete, overtaken);
}

/** A live reader that is as fast as the front end gets every sample once, in order. */
static void test_live(void)
{
	bl_ring ring;
	bl_start start = {.format = BL_INT16, .session = 9};
	uint32_t next = 0;
	bl_frame frame;

	bl_ring_init(&ring, marks, storage, SLOTS, SLOT_SAMPLES);
	bl_ring_begin(&ring, &start);
	for (int i = 0; i < 1000; i++) {
		put(&ring, (uint8_t)(1 + random_below(SLOT_SAMPLES)));
		if (random_below(3) == 0) {
			uint32_t before = next;
			while (bl_ring_read(&ring, &next, &frame)) {
				check_frame(&frame, &ring);
				CHECK(frame.type == BL_LIVE && frame.first_index == next);
				CHECK(next == before || next == bl_ring_held(&ring).first_index);
				before = next = bl_after(&frame);
			}
			CHECK(next == ring.next_index);
		}
	}
}

int main(void)
{
	test_limits();
	test_refusals();
	test_backfills();
	test_live();
	return EXIT_SUCCESS;
}
