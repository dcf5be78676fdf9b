/*
 * Any bytes into every decoder and, as a list of what to do, into the ring. What a decoder accepts must encode
 * again and come back the same; what the ring gives must be what was put in. For libFuzzer.
 *
 * Buffers are of exactly the size that is told, on the heap, so that the sanitizer sees one byte too many.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../beatlens_patch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(truth)                                                                                         \
	do {                                                                                                   \
		if (!(truth)) {                                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #truth);                            \
			abort();                                                                               \
		}                                                                                              \
	} while (0)

#define SLOTS 5
#define SLOT_SAMPLES 16

/* Decodes, encodes, decodes: the second encoding is as the first. Bits that are ignored are lost in the first. */
#define THERE_AND_BACK(name)                                                                                   \
	static void there_and_back_##name(const uint8_t *bytes, size_t length)                                 \
	{                                                                                                      \
		uint8_t first[BL_MAX_FRAME_LENGTH];                                                            \
		uint8_t second[BL_MAX_FRAME_LENGTH];                                                           \
		bl_##name message;                                                                             \
		bl_##name again;                                                                               \
		if (bl_decode_##name(bytes, length, &message) != BL_OK) {                                      \
			return;                                                                                \
		}                                                                                              \
		size_t written = bl_encode_##name(&message, first, sizeof(first));                             \
		REQUIRE(written > 0);                                                                          \
		for (size_t room = written - 1; room <= written; room++) {                                     \
			uint8_t *tight = malloc(room);                                                         \
			REQUIRE(tight != NULL);                                                                \
			REQUIRE(bl_encode_##name(&message, tight, room) == (room < written ? 0 : written));    \
			free(tight);                                                                           \
		}                                                                                              \
		bl_reason reason = bl_decode_##name(first, written, &again);                                   \
		REQUIRE(reason == BL_OK || minor_is_later(first));                                             \
		if (reason == BL_OK) {                                                                         \
			REQUIRE(bl_encode_##name(&again, second, sizeof(second)) == written);                  \
			REQUIRE(memcmp(first, second, written) == 0);                                          \
		}                                                                                              \
	}

static bool minor_is_later(const uint8_t *bytes)
{
	return bytes[1] > BL_MINOR;
}

THERE_AND_BACK(frame)
THERE_AND_BACK(info)
THERE_AND_BACK(status)
THERE_AND_BACK(request)
THERE_AND_BACK(answer)

/** Frames are refused for their check before anything else of theirs is looked at: give them a right one. */
static void with_right_check(const uint8_t *bytes, size_t length)
{
	if (length < BL_FRAME_HEADER_LENGTH) {
		return;
	}
	uint8_t *frame = malloc(length);
	REQUIRE(frame != NULL);
	memcpy(frame, bytes, length);
	uint16_t check = bl_crc16(0xFFFF, frame, 14);
	check = bl_crc16(check, frame + BL_FRAME_HEADER_LENGTH, length - BL_FRAME_HEADER_LENGTH);
	frame[14] = (uint8_t)check;
	frame[15] = (uint8_t)(check >> 8);
	there_and_back_frame(frame, length);
	free(frame);
}

static int16_t sample_at(uint32_t index)
{
	return (int16_t)((int32_t)(index * 2654435761u >> 16) - 32768);
}

static void drive_ring(const uint8_t *steps, size_t length)
{
	bl_ring_mark marks[SLOTS];
	int16_t storage[SLOTS * SLOT_SAMPLES];
	int16_t samples[256];
	bl_ring ring;
	bl_start start = {.format = BL_INT16, .session = 1};
	bl_backfill backfill = {0};
	uint32_t live = 0;
	bl_request request;
	bl_answer answer;
	bl_frame frame;

	bl_ring_init(&ring, marks, storage, SLOTS, SLOT_SAMPLES);
	bl_ring_begin(&ring, &start);
	for (size_t i = 0; i + 1 < length; i += 2) {
		uint8_t argument = steps[i + 1];
		bool have = false;
		switch (steps[i] % 6) {
		case 0:
			for (size_t place = 0; place < 256; place++) {
				samples[place] = sample_at(ring.next_index + (uint32_t)place);
			}
			have = bl_ring_put(&ring, 0, ring.next_index, samples, argument);
			REQUIRE(have == (argument >= 1 && argument <= SLOT_SAMPLES));
			have = false;
			break;
		case 1:
			have = bl_ring_read(&ring, &live, &frame);
			if (have) {
				live = bl_after(&frame);
			}
			break;
		case 2:
			if (length - i < 14 || bl_decode_request(steps + i + 2, 12, &request) != BL_OK ||
			    request.opcode != BL_BACKFILL_SAMPLES) {
				request.opcode = BL_BACKFILL_SAMPLES;
				request.as.range.session = 1;
				request.as.range.first_index = ring.next_index - argument;
				request.as.range.count = 1u + argument / 2;
			}
			bl_backfill_begin(&backfill, &ring, &request, &answer);
			REQUIRE(answer.code != BL_SUCCESS || answer.as.range.count <= bl_ring_held(&ring).count);
			break;
		case 3:
			have = bl_backfill_read(&backfill, &ring, &frame, &answer) == BL_BACKFILL_FRAME;
			if (have && argument % 4 != 0) {
				bl_backfill_sent(&backfill, &frame);
			}
			break;
		case 4:
			backfill.active = false;
			break;
		default:
			if (argument == 0 && !backfill.active) {
				bl_ring_begin(&ring, &start);
				ring.next_index = live = 0u - 40;
			}
			break;
		}
		if (have) {
			REQUIRE(frame.count >= 1 && frame.count <= SLOT_SAMPLES && frame.ticks == frame.first_index);
			for (size_t place = 0; place < frame.count; place++) {
				REQUIRE(frame.samples[place] == sample_at(frame.first_index + (uint32_t)place));
			}
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1) {
		return 0;
	}
	static void (*const targets[])(const uint8_t *, size_t) = {
		there_and_back_frame,   with_right_check,      there_and_back_info, there_and_back_status,
		there_and_back_request, there_and_back_answer, drive_ring,
	};
	targets[data[0] % (sizeof(targets) / sizeof(targets[0]))](data + 1, size - 1);
	return 0;
}
