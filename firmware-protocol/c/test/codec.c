/*
 * Encodes and decodes messages line by line, so that other programs can hold this codec against their own.
 *
 *   decode frame|info|status|request|answer HEX    answers the message as a line of numbers, or "refused REASON"
 *   encode MESSAGE                                 answers HEX, or "refused"
 *
 * A message is its kind and its fields in the order of the structs in beatlens_patch.h; lists have commas, texts
 * are in hex, and "-" stands for an empty text or no bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../beatlens_patch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE 8192
#define MAX_BYTES 1024

/* ---- Reading ----------------------------------------------------------------------------------------- */

static char *rest_of_line;
static bool bad_line;

static const char *word(void)
{
	char *found = strtok(rest_of_line, " \n");

	rest_of_line = NULL;
	if (found == NULL) {
		bad_line = true;
		return "";
	}
	return found;
}

static long long number_in(const char *text, char **end, long long least, long long most)
{
	long long value = strtoll(text, end, 10);

	if (*end == text || value < least || value > most) {
		bad_line = true;
		return 0;
	}
	return value;
}

static long long number(long long least, long long most)
{
	char *end;
	long long value = number_in(word(), &end, least, most);

	bad_line |= *end != '\0';
	return value;
}

static uint8_t u8(void)
{
	return (uint8_t)number(0, UINT8_MAX);
}

static uint16_t u16(void)
{
	return (uint16_t)number(0, UINT16_MAX);
}

static uint32_t u32(void)
{
	return (uint32_t)number(0, UINT32_MAX);
}

static size_t hex(uint8_t *bytes, size_t capacity)
{
	const char *digits = word();
	size_t length = 0;

	if (strcmp(digits, "-") == 0) {
		return 0;
	}
	for (; digits[0] != '\0' && digits[1] != '\0' && length < capacity; digits += 2) {
		unsigned byte;
		if (sscanf(digits, "%2x", &byte) != 1) {
			break;
		}
		bytes[length++] = (uint8_t)byte;
	}
	bad_line |= digits[0] != '\0';
	return length;
}

static void text(char *out)
{
	out[hex((uint8_t *)out, BL_MAX_TEXT_LENGTH)] = '\0';
}

static void read_frame(bl_frame *frame)
{
	frame->type = u8();
	frame->flags = u8();
	frame->format = u8();
	frame->rate_number = u8();
	frame->session = u16();
	frame->first_index = u32();
	frame->ticks = u32();
	char *list = (char *)word();
	for (frame->count = 0; *list != '\0' && frame->count < BL_MAX_FRAME_SAMPLES; frame->count++) {
		frame->samples[frame->count] = (int16_t)number_in(list, &list, INT16_MIN, INT16_MAX);
		list += *list == ',';
	}
	bad_line |= *list != '\0';
}

static void read_info(bl_info *info)
{
	info->major = u8();
	info->minor = u8();
	info->capabilities = u16();
	info->nanovolts_per_unit = u32();
	char *list = (char *)word();
	for (info->rate_count = 0; *list != '\0' && info->rate_count < BL_MAX_RATES; info->rate_count++) {
		info->rates[info->rate_count] = (uint32_t)number_in(list, &list, 0, UINT32_MAX);
		list += *list == ',';
	}
	bad_line |= *list != '\0';
	info->ring_depth = u32();
	text(info->model);
	text(info->serial);
}

static void read_status(bl_status *status)
{
	status->major = u8();
	status->minor = u8();
	status->battery = u8();
	status->flags = u8();
	status->session = u16();
	status->centidegrees = (int16_t)number(INT16_MIN, INT16_MAX);
	status->samples_dropped = u32();
	status->ring_high_water = u32();
}

static void read_start(bl_start *start)
{
	start->format = u8();
	start->rate_number = u8();
	start->samples_per_frame = u8();
	start->session = u16();
}

static void read_range(bl_range *range)
{
	range->session = u16();
	range->first_index = u32();
	range->count = u32();
}

static void read_time(bl_time *time)
{
	time->token = u32();
	time->ticks = u32();
}

static void read_request(bl_request *request)
{
	request->opcode = u8();
	request->tag = u8();
	if (request->opcode == BL_START) {
		read_start(&request->as.start);
	} else if (request->opcode == BL_TIME_PING) {
		read_time(&request->as.time);
	} else if (request->opcode == BL_BACKFILL_SAMPLES) {
		read_range(&request->as.range);
	}
}

static void read_answer(bl_answer *answer)
{
	answer->opcode = u8();
	answer->tag = u8();
	answer->code = u8();
	if (answer->code == BL_MTU_TOO_SMALL) {
		answer->as.mtu_needed = u16();
	} else if (answer->code != BL_SUCCESS) {
		return;
	} else if (answer->opcode == BL_GET_INFO) {
		read_info(&answer->as.info);
	} else if (answer->opcode == BL_START) {
		read_start(&answer->as.start);
	} else if (answer->opcode == BL_GET_STATUS) {
		read_status(&answer->as.status);
	} else if (answer->opcode == BL_TIME_PING) {
		read_time(&answer->as.time);
	} else if (answer->opcode == BL_BACKFILL_SAMPLES) {
		read_range(&answer->as.range);
	}
}

/* ---- Writing ----------------------------------------------------------------------------------------- */

static void print_text(const char *content)
{
	printf(" %s", *content == '\0' ? "-" : "");
	for (; *content != '\0'; content++) {
		printf("%02x", (unsigned char)*content);
	}
}

static void print_frame(const bl_frame *frame)
{
	printf(" %u %u %u %u %u %" PRIu32 " %" PRIu32 " ", frame->type, frame->flags, frame->format,
	       frame->rate_number, frame->session, frame->first_index, frame->ticks);
	for (size_t i = 0; i < frame->count; i++) {
		printf("%s%d", i == 0 ? "" : ",", frame->samples[i]);
	}
}

static void print_info(const bl_info *info)
{
	printf(" %u %u %u %" PRIu32 " ", info->major, info->minor, info->capabilities, info->nanovolts_per_unit);
	for (size_t i = 0; i < info->rate_count; i++) {
		printf("%s%" PRIu32, i == 0 ? "" : ",", info->rates[i]);
	}
	printf(" %" PRIu32, info->ring_depth);
	print_text(info->model);
	print_text(info->serial);
}

static void print_status(const bl_status *status)
{
	printf(" %u %u %u %u %u %d %" PRIu32 " %" PRIu32, status->major, status->minor, status->battery,
	       status->flags, status->session, status->centidegrees, status->samples_dropped,
	       status->ring_high_water);
}

static void print_start(const bl_start *start)
{
	printf(" %u %u %u %u", start->format, start->rate_number, start->samples_per_frame, start->session);
}

static void print_range(const bl_range *range)
{
	printf(" %u %" PRIu32 " %" PRIu32, range->session, range->first_index, range->count);
}

static void print_time(const bl_time *time)
{
	printf(" %" PRIu32 " %" PRIu32, time->token, time->ticks);
}

static void print_request(const bl_request *request)
{
	printf(" %u %u", request->opcode, request->tag);
	if (request->opcode == BL_START) {
		print_start(&request->as.start);
	} else if (request->opcode == BL_TIME_PING) {
		print_time(&request->as.time);
	} else if (request->opcode == BL_BACKFILL_SAMPLES) {
		print_range(&request->as.range);
	}
}

static void print_answer(const bl_answer *answer)
{
	printf(" %u %u %u", answer->opcode, answer->tag, answer->code);
	if (answer->code == BL_MTU_TOO_SMALL) {
		printf(" %u", answer->as.mtu_needed);
	} else if (answer->code != BL_SUCCESS) {
		return;
	} else if (answer->opcode == BL_GET_INFO) {
		print_info(&answer->as.info);
	} else if (answer->opcode == BL_START) {
		print_start(&answer->as.start);
	} else if (answer->opcode == BL_GET_STATUS) {
		print_status(&answer->as.status);
	} else if (answer->opcode == BL_TIME_PING) {
		print_time(&answer->as.time);
	} else if (answer->opcode == BL_BACKFILL_SAMPLES) {
		print_range(&answer->as.range);
	}
}

/* ---- Lines ------------------------------------------------------------------------------------------- */

#define KINDS(_) _(frame) _(info) _(status) _(request) _(answer)

static bool decode(const char *kind, const uint8_t *bytes, size_t length)
{
#define DECODE(name)                                                                                           \
	if (strcmp(kind, #name) == 0) {                                                                        \
		bl_##name message;                                                                             \
		bl_reason reason = bl_decode_##name(bytes, length, &message);                                  \
		if (reason == BL_OK) {                                                                         \
			printf(#name);                                                                         \
			print_##name(&message);                                                                \
		} else {                                                                                       \
			printf("refused %s", bl_reason_name(reason));                                          \
		}                                                                                              \
		return true;                                                                                   \
	}
	KINDS(DECODE)
	return false;
}

static bool encode(const char *kind, uint8_t *out, size_t capacity, size_t *length)
{
#define ENCODE(name)                                                                                           \
	if (strcmp(kind, #name) == 0) {                                                                        \
		bl_##name message;                                                                             \
		memset(&message, 0, sizeof(message));                                                          \
		read_##name(&message);                                                                         \
		*length = bad_line ? 0 : bl_encode_##name(&message, out, capacity);                            \
		return true;                                                                                   \
	}
	KINDS(ENCODE)
	return false;
}

/** Exactly as many bytes as a decoder may read, so that a sanitizer sees it reading one more. */
static bool decode_copy(const char *kind, const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length == 0 ? 1 : length);

	if (copy == NULL) {
		return false;
	}
	memcpy(copy, bytes, length);
	bool known = decode(kind, copy, length);
	free(copy);
	return known;
}

int main(void)
{
	static char line[MAX_LINE];
	static uint8_t bytes[MAX_BYTES];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		rest_of_line = line;
		bad_line = false;
		const char *verb = word();
		const char *kind = word();
		size_t length = 0;
		bool known = false;

		if (strcmp(verb, "decode") == 0) {
			length = hex(bytes, sizeof(bytes));
			known = !bad_line && decode_copy(kind, bytes, length);
		} else if (strcmp(verb, "encode") == 0) {
			known = encode(kind, bytes, sizeof(bytes), &length);
			for (size_t i = 0; i < length; i++) {
				printf("%02x", bytes[i]);
			}
			if (length == 0) {
				printf("refused");
			}
		}
		if (!known) {
			fprintf(stderr, "no such line: %s\n", verb);
			return EXIT_FAILURE;
		}
		putchar('\n');
	}
	return EXIT_SUCCESS;
}
