/* SPDX-License-Identifier: Apache-2.0 */
#include "beatlens_patch.h"

#include <string.h>

#define CHECK_OFFSET 14
#define INFO_FIXED_LENGTH 20
#define ANSWER_BIT 0x80
#define GROUP 8
#define MAX_WIDTH 16

/* ---- Bytes: one at a time, so that neither alignment nor byte order matters ---------------------------- */

static void put16(uint8_t *out, uint16_t value)
{
	out[0] = (uint8_t)value;
	out[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *out, uint32_t value)
{
	put16(out, (uint16_t)value);
	put16(out + 2, (uint16_t)(value >> 16));
}

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | (bytes[1] << 8));
}

static uint32_t get32(const uint8_t *bytes)
{
	return get16(bytes) | ((uint32_t)get16(bytes + 2) << 16);
}

/** Two's complement, without the conversion that C leaves to the implementation. */
static int16_t signed16(uint16_t value)
{
	return (int16_t)(value < 0x8000 ? value : (int32_t)value - 0x10000);
}

uint16_t bl_crc16(uint16_t crc, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		crc = (uint16_t)(crc ^ (bytes[i] << 8));
		for (int bit = 0; bit < 8; bit++) {
			crc = (uint16_t)(crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1);
		}
	}
	return crc;
}

const char *bl_reason_name(bl_reason reason)
{
	static const char *const names[BL_REASONS] = {
		[BL_OK] = "ok",
		[BL_TOO_SHORT] = "too-short",
		[BL_UNKNOWN_MAJOR] = "unknown-major",
		[BL_UNKNOWN_FRAME_TYPE] = "unknown-frame-type",
		[BL_UNKNOWN_SAMPLE_FORMAT] = "unknown-sample-format",
		[BL_UNKNOWN_RATE] = "unknown-rate",
		[BL_BAD_COUNT] = "bad-count",
		[BL_BAD_LENGTH] = "bad-length",
		[BL_BAD_CHECK] = "bad-check",
		[BL_BAD_PACKING] = "bad-packing",
		[BL_BAD_TEXT] = "bad-text",
		[BL_BAD_SCALE] = "bad-scale",
		[BL_BAD_RATE] = "bad-rate",
		[BL_BAD_BATTERY] = "bad-battery",
		[BL_UNKNOWN_OPCODE] = "unknown-opcode",
		[BL_NOT_AN_ANSWER] = "not-an-answer",
		[BL_UNKNOWN_STATUS_CODE] = "unknown-status-code",
		[BL_BAD_PARAMETER] = "bad-parameter",
		[BL_BAD_INFO] = "bad-info",
		[BL_BAD_STATUS] = "bad-status",
	};
	return (unsigned)reason < BL_REASONS ? names[reason] : "unknown";
}

/** Whether a record (info, status) of this version and length can be read: a later minor version may be longer. */
static bl_reason check_record(const uint8_t *bytes, size_t length, size_t needed)
{
	if (length < 2) {
		return BL_TOO_SHORT;
	}
	if (bytes[0] != BL_MAJOR) {
		return BL_UNKNOWN_MAJOR;
	}
	if (length < needed) {
		return BL_TOO_SHORT;
	}
	return bytes[1] == BL_MINOR && length > needed ? BL_BAD_LENGTH : BL_OK;
}

/* ---- Stream ------------------------------------------------------------------------------------------ */

static bool is_format(unsigned format)
{
	return format == BL_INT16 || format == BL_DELTA_PACKED;
}

size_t bl_frame_length(uint8_t samples)
{
	return BL_FRAME_HEADER_LENGTH + 2u * samples;
}

uint16_t bl_mtu_needed(uint8_t samples)
{
	return (uint16_t)(BL_ATT_HEADER_LENGTH + bl_frame_length(samples));
}

/** Over the header up to the check itself, then over the samples. */
static uint16_t check_of(const uint8_t *frame, size_t length)
{
	uint16_t crc = bl_crc16(0xFFFF, frame, CHECK_OFFSET);

	return bl_crc16(crc, frame + BL_FRAME_HEADER_LENGTH, length - BL_FRAME_HEADER_LENGTH);
}

/** 0, -1, 1, -2 ... become 0, 1, 2, 3 ...; the difference is taken modulo 2^16, so that it always has 16 bits. */
static uint16_t zigzag(int16_t from, int16_t to)
{
	uint16_t difference = (uint16_t)((uint16_t)to - (uint16_t)from);

	return (uint16_t)(difference & 0x8000 ? ~(difference << 1) : difference << 1);
}

static uint16_t unzigzag(uint16_t value)
{
	return (uint16_t)(value & 1 ? ~(value >> 1) : value >> 1);
}

static unsigned width_of(unsigned value)
{
	unsigned width = 0;

	for (; value != 0; value >>= 1) {
		width++;
	}
	return width;
}

/** @return bytes written, or 0 where this takes no fewer than `limit` */
static size_t pack(const int16_t *samples, size_t count, uint8_t *out, size_t limit)
{
	size_t end = 2;

	if (end >= limit) {
		return 0;
	}
	put16(out, (uint16_t)samples[0]);
	for (size_t from = 1; from < count; from += GROUP) {
		size_t to = from + GROUP < count ? from + GROUP : count;
		unsigned widest = 0;
		uint32_t pending = 0; /* bits that do not fill a byte yet */
		unsigned pending_bits = 0;

		for (size_t i = from; i < to; i++) {
			widest |= zigzag(samples[i - 1], samples[i]);
		}
		unsigned width = width_of(widest);
		if (end + 1 + (width * (to - from) + 7) / 8 >= limit) {
			return 0;
		}
		out[end++] = (uint8_t)width;
		for (size_t i = from; i < to; i++) {
			pending |= (uint32_t)zigzag(samples[i - 1], samples[i]) << pending_bits;
			for (pending_bits += width; pending_bits >= 8; pending_bits -= 8) {
				out[end++] = (uint8_t)pending;
				pending >>= 8;
			}
		}
		if (pending_bits > 0) {
			out[end++] = (uint8_t)pending;
		}
	}
	return end;
}

/** @return false when the groups are too wide, or do not fill `bytes` exactly */
static bool unpack(const uint8_t *bytes, size_t length, int16_t *samples, size_t count)
{
	size_t at = 2;

	samples[0] = signed16(get16(bytes));
	for (size_t from = 1; from < count; from += GROUP) {
		size_t to = from + GROUP < count ? from + GROUP : count;
		uint32_t pending = 0;
		unsigned pending_bits = 0;

		if (at >= length) {
			return false;
		}
		unsigned width = bytes[at++];
		if (width > MAX_WIDTH || (width * (to - from) + 7) / 8 > length - at) {
			return false;
		}
		for (size_t i = from; i < to; i++) {
			for (; pending_bits < width; pending_bits += 8) {
				pending |= (uint32_t)bytes[at++] << pending_bits;
			}
			uint16_t step = unzigzag((uint16_t)(pending & ((1u << width) - 1)));
			samples[i] = signed16((uint16_t)((uint16_t)samples[i - 1] + step));
			pending >>= width;
			pending_bits -= width;
		}
	}
	return at == length;
}

size_t bl_encode_frame(const bl_frame *frame, uint8_t *out, size_t capacity)
{
	size_t plain = 2u * frame->count;
	size_t body = 0;
	uint8_t format = frame->format;

	if ((frame->type != BL_LIVE && frame->type != BL_BACKFILL) || !is_format(format) ||
	    frame->rate_number >= BL_MAX_RATES || frame->count < 1 || frame->count > BL_MAX_FRAME_SAMPLES ||
	    capacity < BL_FRAME_HEADER_LENGTH) {
		return 0;
	}
	if (format == BL_DELTA_PACKED) {
		size_t room = capacity - BL_FRAME_HEADER_LENGTH;
		/* Packed is worth it only below the plain length; one byte more of room is one byte that fits. */
		body = pack(frame->samples, frame->count, out + BL_FRAME_HEADER_LENGTH, plain <= room ? plain : room + 1);
	}
	if (body == 0) {
		if (capacity - BL_FRAME_HEADER_LENGTH < plain) {
			return 0;
		}
		format = BL_INT16;
		body = plain;
		for (size_t i = 0; i < frame->count; i++) {
			put16(out + BL_FRAME_HEADER_LENGTH + 2 * i, (uint16_t)frame->samples[i]);
		}
	}
	out[0] = (uint8_t)(BL_MAJOR << 4 | frame->type);
	out[1] = frame->flags & BL_FRAME_FLAGS;
	put16(out + 2, frame->session);
	put32(out + 4, frame->first_index);
	put32(out + 8, frame->ticks);
	out[12] = (uint8_t)(frame->rate_number << 4 | format);
	out[13] = frame->count;
	put16(out + CHECK_OFFSET, check_of(out, BL_FRAME_HEADER_LENGTH + body));
	return BL_FRAME_HEADER_LENGTH + body;
}

bl_reason bl_decode_frame(const uint8_t *bytes, size_t length, bl_frame *frame)
{
	if (length < BL_FRAME_HEADER_LENGTH) {
		return BL_TOO_SHORT;
	}
	/* The layout of everything below belongs to this major version, so that it is asked first. */
	if (bytes[0] >> 4 != BL_MAJOR) {
		return BL_UNKNOWN_MAJOR;
	}
	frame->type = bytes[0] & 0x0F;
	frame->format = bytes[12] & 0x0F;
	frame->rate_number = bytes[12] >> 4;
	frame->count = bytes[13];
	if (frame->type != BL_LIVE && frame->type != BL_BACKFILL) {
		return BL_UNKNOWN_FRAME_TYPE;
	}
	if (!is_format(frame->format)) {
		return BL_UNKNOWN_SAMPLE_FORMAT;
	}
	if (frame->rate_number >= BL_MAX_RATES) {
		return BL_UNKNOWN_RATE;
	}
	if (frame->count < 1 || frame->count > BL_MAX_FRAME_SAMPLES) {
		return BL_BAD_COUNT;
	}
	const uint8_t *body = bytes + BL_FRAME_HEADER_LENGTH;
	size_t body_length = length - BL_FRAME_HEADER_LENGTH;
	size_t plain = 2u * frame->count;
	if (frame->format == BL_INT16 ? body_length != plain : body_length < 2 || body_length >= plain) {
		return BL_BAD_LENGTH;
	}
	if (get16(bytes + CHECK_OFFSET) != check_of(bytes, length)) {
		return BL_BAD_CHECK;
	}
	if (frame->format == BL_INT16) {
		for (size_t i = 0; i < frame->count; i++) {
			frame->samples[i] = signed16(get16(body + 2 * i));
		}
	} else if (!unpack(body, body_length, frame->samples, frame->count)) {
		return BL_BAD_PACKING;
	}
	frame->flags = bytes[1] & BL_FRAME_FLAGS;
	frame->session = get16(bytes + 2);
	frame->first_index = get32(bytes + 4);
	frame->ticks = get32(bytes + 8);
	return BL_OK;
}

/* ---- Info -------------------------------------------------------------------------------------------- */

static bool is_scale(uint32_t nanovolts)
{
	return nanovolts >= 1 && nanovolts <= 1000000;
}

static bool is_rate(uint32_t millihertz)
{
	return millihertz >= 1000 && millihertz <= 8000000;
}

static bool is_plain(const uint8_t *text, size_t length)
{
	if (length > BL_MAX_TEXT_LENGTH) {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		if (text[i] < 0x20 || text[i] > 0x7E) {
			return false;
		}
	}
	return true;
}

/** Length of a text that may have lost its terminator. */
static size_t text_length(const char *text)
{
	size_t length = 0;

	while (length <= BL_MAX_TEXT_LENGTH && text[length] != '\0') {
		length++;
	}
	return length;
}

size_t bl_encode_info(const bl_info *info, uint8_t *out, size_t capacity)
{
	size_t model = text_length(info->model);
	size_t serial = text_length(info->serial);

	if (info->rate_count < 1 || info->rate_count > BL_MAX_RATES || !is_scale(info->nanovolts_per_unit) ||
	    !is_plain((const uint8_t *)info->model, model) || !is_plain((const uint8_t *)info->serial, serial)) {
		return 0;
	}
	size_t length = INFO_FIXED_LENGTH + model + serial + 4u * (info->rate_count - 1u);
	if (length > capacity) {
		return 0;
	}
	for (size_t i = 0; i < info->rate_count; i++) {
		if (!is_rate(info->rates[i])) {
			return 0;
		}
	}
	out[0] = info->major;
	out[1] = info->minor;
	out[2] = (uint8_t)model;
	out[3] = (uint8_t)serial;
	put16(out + 4, info->capabilities & BL_CAPABILITIES);
	out[6] = (uint8_t)(info->rate_count - 1);
	out[7] = 0;
	put32(out + 8, info->nanovolts_per_unit);
	put32(out + 12, info->rates[0]);
	put32(out + 16, info->ring_depth);
	uint8_t *at = out + INFO_FIXED_LENGTH;
	memcpy(at, info->model, model);
	memcpy(at + model, info->serial, serial);
	at += model + serial;
	for (size_t i = 1; i < info->rate_count; i++, at += 4) {
		put32(at, info->rates[i]);
	}
	return length;
}

bl_reason bl_decode_info(const uint8_t *bytes, size_t length, bl_info *info)
{
	bl_reason reason = check_record(bytes, length < INFO_FIXED_LENGTH ? length : INFO_FIXED_LENGTH, INFO_FIXED_LENGTH);

	if (reason != BL_OK) {
		return reason;
	}
	size_t model = bytes[2];
	size_t serial = bytes[3];
	size_t further_rates = bytes[6];
	reason = check_record(bytes, length, INFO_FIXED_LENGTH + model + serial + 4 * further_rates);
	if (reason != BL_OK) {
		return reason;
	}
	const uint8_t *text = bytes + INFO_FIXED_LENGTH;
	/* These end up on terminals, where a control character could move the cursor of whoever watches. */
	if (!is_plain(text, model) || !is_plain(text + model, serial)) {
		return BL_BAD_TEXT;
	}
	info->nanovolts_per_unit = get32(bytes + 8);
	if (!is_scale(info->nanovolts_per_unit)) {
		return BL_BAD_SCALE;
	}
	if (further_rates >= BL_MAX_RATES) {
		return BL_BAD_RATE;
	}
	info->rate_count = (uint8_t)(1 + further_rates);
	for (size_t i = 0; i < info->rate_count; i++) {
		info->rates[i] = get32(i == 0 ? bytes + 12 : text + model + serial + 4 * (i - 1));
		if (!is_rate(info->rates[i])) {
			return BL_BAD_RATE;
		}
	}
	info->major = bytes[0];
	info->minor = bytes[1];
	info->capabilities = get16(bytes + 4) & BL_CAPABILITIES;
	info->ring_depth = get32(bytes + 16);
	memcpy(info->model, text, model);
	info->model[model] = '\0';
	memcpy(info->serial, text + model, serial);
	info->serial[serial] = '\0';
	return BL_OK;
}

/* ---- Status ------------------------------------------------------------------------------------------ */

static bool is_battery(uint8_t percent)
{
	return percent <= 100 || percent == BL_UNKNOWN_BATTERY;
}

size_t bl_encode_status(const bl_status *status, uint8_t *out, size_t capacity)
{
	if (capacity < BL_STATUS_LENGTH || !is_battery(status->battery)) {
		return 0;
	}
	out[0] = status->major;
	out[1] = status->minor;
	out[2] = status->battery;
	out[3] = status->flags & BL_STATUS_FLAGS;
	put16(out + 4, status->session);
	put16(out + 6, (uint16_t)status->centidegrees);
	put32(out + 8, status->samples_dropped);
	put32(out + 12, status->ring_high_water);
	return BL_STATUS_LENGTH;
}

bl_reason bl_decode_status(const uint8_t *bytes, size_t length, bl_status *status)
{
	bl_reason reason = check_record(bytes, length, BL_STATUS_LENGTH);

	if (reason != BL_OK) {
		return reason;
	}
	if (!is_battery(bytes[2])) {
		return BL_BAD_BATTERY;
	}
	status->major = bytes[0];
	status->minor = bytes[1];
	status->battery = bytes[2];
	status->flags = bytes[3] & BL_STATUS_FLAGS;
	status->session = get16(bytes + 4);
	status->centidegrees = signed16(get16(bytes + 6));
	status->samples_dropped = get32(bytes + 8);
	status->ring_high_water = get32(bytes + 12);
	return BL_OK;
}

/* ---- Control ----------------------------------------------------------------------------------------- */

static bool is_start(const bl_start *start, unsigned least_samples)
{
	return is_format(start->format) && start->rate_number < BL_MAX_RATES &&
	       start->samples_per_frame >= least_samples && start->samples_per_frame <= BL_MAX_FRAME_SAMPLES;
}

static void put_start(uint8_t *out, const bl_start *start)
{
	out[0] = (uint8_t)(start->rate_number << 4 | start->format);
	out[1] = start->samples_per_frame;
}

static void get_start(const uint8_t *bytes, bl_start *start)
{
	start->format = bytes[0] & 0x0F;
	start->rate_number = bytes[0] >> 4;
	start->samples_per_frame = bytes[1];
}

/** Bytes of a request, opcode and tag among them; 0: no such request. */
static size_t request_length(uint8_t opcode)
{
	switch (opcode) {
	case BL_GET_INFO:
	case BL_STOP:
	case BL_GET_STATUS:
	case BL_ABORT:
		return 2;
	case BL_START:
		return 4;
	case BL_TIME_PING:
		return 6;
	case BL_BACKFILL_SAMPLES:
		return 12;
	default:
		return 0;
	}
}

size_t bl_encode_request(const bl_request *request, uint8_t *out, size_t capacity)
{
	size_t length = request_length(request->opcode);

	if (length == 0 || length > capacity) {
		return 0;
	}
	out[0] = request->opcode;
	out[1] = request->tag;
	switch (request->opcode) {
	case BL_START:
		if (!is_start(&request->as.start, 0)) {
			return 0;
		}
		put_start(out + 2, &request->as.start);
		break;
	case BL_TIME_PING:
		put32(out + 2, request->as.time.token);
		break;
	case BL_BACKFILL_SAMPLES:
		if (request->as.range.count == 0) {
			return 0;
		}
		put16(out + 2, request->as.range.session);
		put32(out + 4, request->as.range.first_index);
		put32(out + 8, request->as.range.count);
		break;
	default:
		break;
	}
	return length;
}

bl_reason bl_decode_request(const uint8_t *bytes, size_t length, bl_request *request)
{
	if (length < 2) {
		return BL_TOO_SHORT;
	}
	request->opcode = bytes[0];
	request->tag = bytes[1];
	size_t needed = request_length(request->opcode);
	if (needed == 0) {
		return BL_UNKNOWN_OPCODE;
	}
	if (length != needed) {
		return BL_BAD_LENGTH;
	}
	switch (request->opcode) {
	case BL_START:
		get_start(bytes + 2, &request->as.start);
		request->as.start.session = 0;
		return is_start(&request->as.start, 0) ? BL_OK : BL_BAD_PARAMETER;
	case BL_TIME_PING:
		request->as.time.token = get32(bytes + 2);
		request->as.time.ticks = 0;
		return BL_OK;
	case BL_BACKFILL_SAMPLES:
		request->as.range.session = get16(bytes + 2);
		request->as.range.first_index = get32(bytes + 4);
		request->as.range.count = get32(bytes + 8);
		return request->as.range.count > 0 ? BL_OK : BL_BAD_PARAMETER;
	default:
		return BL_OK;
	}
}

uint8_t bl_refusal_of(bl_reason reason)
{
	switch (reason) {
	case BL_UNKNOWN_OPCODE:
		return BL_REFUSED_UNKNOWN_OPCODE;
	case BL_BAD_PARAMETER:
		return BL_REFUSED_PARAMETER;
	default:
		return BL_REFUSED_LENGTH;
	}
}

/** What follows the status code of a success; 0 bytes are written for those that bring nothing. */
static bool put_success(const bl_answer *answer, uint8_t *out, size_t capacity, size_t *length)
{
	*length = 0;
	switch (answer->opcode) {
	case BL_GET_INFO:
		*length = bl_encode_info(&answer->as.info, out, capacity);
		return *length > 0;
	case BL_GET_STATUS:
		*length = bl_encode_status(&answer->as.status, out, capacity);
		return *length > 0;
	case BL_START:
		*length = 4;
		if (capacity < *length || !is_start(&answer->as.start, 1)) {
			return false;
		}
		put_start(out, &answer->as.start);
		put16(out + 2, answer->as.start.session);
		return true;
	case BL_TIME_PING:
		*length = 8;
		if (capacity < *length) {
			return false;
		}
		put32(out, answer->as.time.token);
		put32(out + 4, answer->as.time.ticks);
		return true;
	case BL_BACKFILL_SAMPLES:
		*length = 8;
		if (capacity < *length || answer->as.range.count == 0) {
			return false;
		}
		put32(out, answer->as.range.first_index);
		put32(out + 4, answer->as.range.count);
		return true;
	case BL_STOP:
	case BL_ABORT:
	case BL_BACKFILL_ENDED:
		return true;
	default:
		return false;
	}
}

size_t bl_encode_answer(const bl_answer *answer, uint8_t *out, size_t capacity)
{
	size_t length = 0;

	if (capacity < 3 || (answer->opcode & ANSWER_BIT) != 0 || answer->code >= BL_STATUS_CODES) {
		return 0;
	}
	out[0] = answer->opcode | ANSWER_BIT;
	out[1] = answer->tag;
	out[2] = answer->code;
	if (answer->code == BL_SUCCESS) {
		return put_success(answer, out + 3, capacity - 3, &length) ? 3 + length : 0;
	}
	if (answer->code == BL_MTU_TOO_SMALL) {
		length = 2;
		if (capacity < 3 + length) {
			return 0;
		}
		put16(out + 3, answer->as.mtu_needed);
	}
	return 3 + length;
}

static bl_reason get_success(const uint8_t *bytes, size_t length, bl_answer *answer)
{
	switch (answer->opcode) {
	case BL_GET_INFO:
		return bl_decode_info(bytes, length, &answer->as.info) == BL_OK ? BL_OK : BL_BAD_INFO;
	case BL_GET_STATUS:
		return bl_decode_status(bytes, length, &answer->as.status) == BL_OK ? BL_OK : BL_BAD_STATUS;
	case BL_START:
		if (length != 4) {
			return BL_BAD_LENGTH;
		}
		get_start(bytes, &answer->as.start);
		answer->as.start.session = get16(bytes + 2);
		return is_start(&answer->as.start, 1) ? BL_OK : BL_BAD_PARAMETER;
	case BL_TIME_PING:
		if (length != 8) {
			return BL_BAD_LENGTH;
		}
		answer->as.time.token = get32(bytes);
		answer->as.time.ticks = get32(bytes + 4);
		return BL_OK;
	case BL_BACKFILL_SAMPLES:
		if (length != 8) {
			return BL_BAD_LENGTH;
		}
		answer->as.range.session = 0;
		answer->as.range.first_index = get32(bytes);
		answer->as.range.count = get32(bytes + 4);
		return answer->as.range.count > 0 ? BL_OK : BL_BAD_PARAMETER;
	case BL_STOP:
	case BL_ABORT:
	case BL_BACKFILL_ENDED:
		return length == 0 ? BL_OK : BL_BAD_LENGTH;
	default:
		return BL_UNKNOWN_OPCODE;
	}
}

bl_reason bl_decode_answer(const uint8_t *bytes, size_t length, bl_answer *answer)
{
	if (length < 3) {
		return BL_TOO_SHORT;
	}
	if ((bytes[0] & ANSWER_BIT) == 0) {
		return BL_NOT_AN_ANSWER;
	}
	if (bytes[2] >= BL_STATUS_CODES) {
		return BL_UNKNOWN_STATUS_CODE;
	}
	answer->opcode = (uint8_t)(bytes[0] & ~ANSWER_BIT);
	answer->tag = bytes[1];
	answer->code = bytes[2];
	size_t parameters = length - 3;
	if (answer->code == BL_SUCCESS) {
		return get_success(bytes + 3, parameters, answer);
	}
	if (answer->code != BL_MTU_TOO_SMALL) {
		return parameters == 0 ? BL_OK : BL_BAD_LENGTH;
	}
	if (parameters != 2) {
		return BL_BAD_LENGTH;
	}
	answer->as.mtu_needed = get16(bytes + 3);
	return BL_OK;
}

/* ---- Ring: indices are compared by their distance modulo 2^32, so that they may wrap -------------------- */

void bl_ring_init(bl_ring *ring, bl_ring_mark *marks, int16_t *samples, size_t slots, uint8_t slot_samples)
{
	memset(ring, 0, sizeof(*ring));
	ring->marks = marks;
	ring->samples = samples;
	ring->slots = slots;
	ring->slot_samples = slot_samples;
}

void bl_ring_begin(bl_ring *ring, const bl_start *start)
{
	ring->start = *start;
	ring->oldest = 0;
	ring->used = 0;
	ring->next_index = 0;
}

bool bl_ring_put(bl_ring *ring, uint8_t flags, uint32_t ticks, const int16_t *samples, uint8_t count)
{
	if (count < 1 || count > ring->slot_samples || count > BL_MAX_FRAME_SAMPLES) {
		return false;
	}
	size_t slot = (ring->oldest + ring->used) % ring->slots;
	if (ring->used == ring->slots) {
		ring->oldest = (ring->oldest + 1) % ring->slots;
	} else {
		ring->used++;
	}
	bl_ring_mark *mark = &ring->marks[slot];
	mark->first_index = ring->next_index;
	mark->ticks = ticks;
	mark->flags = flags;
	mark->count = count;
	memcpy(&ring->samples[slot * ring->slot_samples], samples, count * sizeof(*samples));
	ring->next_index += count;
	return true;
}

bl_range bl_ring_held(const bl_ring *ring)
{
	bl_range held = {.session = ring->start.session, .first_index = ring->next_index, .count = 0};

	if (ring->used > 0) {
		held.first_index = ring->marks[ring->oldest].first_index;
		held.count = ring->next_index - held.first_index;
	}
	return held;
}

bl_range bl_ring_overlap(const bl_ring *ring, const bl_range *wanted)
{
	bl_range held = bl_ring_held(ring);
	bl_range both = {.session = held.session, .first_index = wanted->first_index, .count = 0};

	if (wanted->session != held.session) {
		return both;
	}
	uint32_t after_oldest = wanted->first_index - held.first_index;
	uint32_t before_oldest = held.first_index - wanted->first_index;
	if (after_oldest < held.count) {
		uint32_t held_from_there = held.count - after_oldest;
		both.count = wanted->count < held_from_there ? wanted->count : held_from_there;
	} else if (held.count > 0 && before_oldest < wanted->count) {
		uint32_t wanted_from_oldest = wanted->count - before_oldest;
		both.first_index = held.first_index;
		both.count = wanted_from_oldest < held.count ? wanted_from_oldest : held.count;
	}
	return both;
}

bool bl_ring_read(const bl_ring *ring, uint32_t *next, bl_frame *frame)
{
	bl_range held = bl_ring_held(ring);

	if (*next == ring->next_index || held.count == 0) {
		return false;
	}
	if (*next - held.first_index >= held.count) {
		*next = held.first_index;
	}
	/* The last frame that does not begin after the sample: a search by halves among the slots in use. */
	size_t low = 0;
	size_t high = ring->used - 1;
	while (low < high) {
		size_t middle = low + (high - low + 1) / 2;
		uint32_t begins = ring->marks[(ring->oldest + middle) % ring->slots].first_index;
		if (begins - held.first_index <= *next - held.first_index) {
			low = middle;
		} else {
			high = middle - 1;
		}
	}
	size_t slot = (ring->oldest + low) % ring->slots;
	const bl_ring_mark *mark = &ring->marks[slot];
	frame->type = BL_LIVE;
	frame->flags = mark->flags;
	frame->format = ring->start.format;
	frame->rate_number = ring->start.rate_number;
	frame->session = ring->start.session;
	frame->first_index = mark->first_index;
	frame->ticks = mark->ticks;
	frame->count = mark->count;
	memcpy(frame->samples, &ring->samples[slot * ring->slot_samples], mark->count * sizeof(*ring->samples));
	return true;
}

uint32_t bl_after(const bl_frame *frame)
{
	return frame->first_index + frame->count;
}

void bl_backfill_begin(bl_backfill *backfill, const bl_ring *ring, const bl_request *request, bl_answer *answer)
{
	answer->opcode = BL_BACKFILL_SAMPLES;
	answer->tag = request->tag;
	if (backfill->active) {
		answer->code = BL_BUSY;
		return;
	}
	answer->as.range = bl_ring_overlap(ring, &request->as.range);
	if (answer->as.range.count == 0) {
		answer->code = BL_NOT_IN_RING;
		return;
	}
	answer->code = BL_SUCCESS;
	backfill->active = true;
	backfill->overtaken = false;
	backfill->tag = request->tag;
	backfill->next = answer->as.range.first_index;
	backfill->left = answer->as.range.count;
}

/** Moves on to a sample: what lies before it needs no sending any more. */
static void advance(bl_backfill *backfill, uint32_t next)
{
	uint32_t passed = next - backfill->next;

	backfill->left = passed < backfill->left ? backfill->left - passed : 0;
	backfill->next = next;
}

bl_backfill_step bl_backfill_read(bl_backfill *backfill, const bl_ring *ring, bl_frame *frame, bl_answer *ended)
{
	if (!backfill->active) {
		return BL_NO_BACKFILL;
	}
	uint32_t next = backfill->next;
	if (backfill->left > 0 && bl_ring_read(ring, &next, frame)) {
		backfill->overtaken |= next != backfill->next;
		advance(backfill, next);
		if (backfill->left > 0) {
			frame->type = BL_BACKFILL;
			return BL_BACKFILL_FRAME;
		}
	}
	backfill->active = false;
	ended->opcode = BL_BACKFILL_ENDED;
	ended->tag = backfill->tag;
	ended->code = backfill->overtaken ? BL_NOT_IN_RING : BL_SUCCESS;
	return BL_BACKFILL_END;
}

void bl_backfill_sent(bl_backfill *backfill, const bl_frame *frame)
{
	advance(backfill, bl_after(frame));
}
