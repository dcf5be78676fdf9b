/*
 * The patch protocol, version 1.0, for both sides of the link, and a ring that can send again what was missed.
 * The bytes are described in ../PROTOCOL.md; this pair of files passes the vectors in ../vectors.
 *
 * Pure C99: no allocation, no dependency, nothing of the host's byte order or padding. Nothing here knows of
 * time, threads or a radio. Not thread-safe: let one thread own a ring, or lock around it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BEATLENS_PATCH_H
#define BEATLENS_PATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BL_MAJOR 1
#define BL_MINOR 0

/** The patch's clock: free-running, never set. */
#define BL_TICKS_PER_SECOND 32768

#define BL_FRAME_HEADER_LENGTH 16
/** One link-layer packet with data length extension: 251 - 4 (L2CAP) - 3 (ATT). */
#define BL_MAX_FRAME_LENGTH 244
#define BL_MAX_FRAME_SAMPLES 114
/** What ATT puts before a notification or an indication. */
#define BL_ATT_HEADER_LENGTH 3
#define BL_STATUS_LENGTH 16
#define BL_MAX_RATES 8
#define BL_MAX_TEXT_LENGTH 24
#define BL_MAX_INFO_LENGTH (20 + 2 * BL_MAX_TEXT_LENGTH + 4 * (BL_MAX_RATES - 1))
#define BL_MAX_REQUEST_LENGTH 12
#define BL_MAX_ANSWER_LENGTH (3 + BL_MAX_INFO_LENGTH)

/** Why a decoder refused its bytes; names as in the vectors come from bl_reason_name(). */
typedef enum {
	BL_OK,
	BL_TOO_SHORT,
	BL_UNKNOWN_MAJOR,
	BL_UNKNOWN_FRAME_TYPE,
	BL_UNKNOWN_SAMPLE_FORMAT,
	BL_UNKNOWN_RATE,
	BL_BAD_COUNT,
	BL_BAD_LENGTH,
	BL_BAD_CHECK,
	BL_BAD_PACKING,
	BL_BAD_TEXT,
	BL_BAD_SCALE,
	BL_BAD_RATE,
	BL_BAD_BATTERY,
	BL_UNKNOWN_OPCODE,
	BL_NOT_AN_ANSWER,
	BL_UNKNOWN_STATUS_CODE,
	BL_BAD_PARAMETER,
	BL_BAD_INFO,
	BL_BAD_STATUS,
	BL_REASONS
} bl_reason;

const char *bl_reason_name(bl_reason reason);

/*
 * Encoders write to `out`, which has room for `capacity` bytes, and return how many they wrote: 0 when there is
 * not enough room, or when a field holds what the protocol does not allow.
 * Decoders never read beyond `length`; what they wrote counts only when they return BL_OK.
 */

/** CRC-16/IBM-3740: start with 0xFFFF, or with the result for the bytes before. "123456789" gives 0x29B1. */
uint16_t bl_crc16(uint16_t crc, const uint8_t *bytes, size_t length);

/* ---- Stream ------------------------------------------------------------------------------------------ */

enum { BL_LIVE = 1, BL_BACKFILL = 2 };
enum { BL_INT16 = 1, BL_DELTA_PACKED = 2 };

enum {
	BL_FRAME_LEAD_OFF_POSITIVE = 1 << 0,
	BL_FRAME_LEAD_OFF_NEGATIVE = 1 << 1,
	BL_FRAME_SATURATED = 1 << 2,
	BL_FRAME_DISCONTINUITY = 1 << 3,
	BL_FRAME_LOW_BATTERY = 1 << 4,
	BL_FRAME_EVENT_MARKER = 1 << 5,
	BL_FRAME_FLAGS = (1 << 6) - 1
};

typedef struct {
	uint8_t type;        /* BL_LIVE, BL_BACKFILL */
	uint8_t flags;       /* BL_FRAME_... */
	uint8_t format;      /* BL_INT16, BL_DELTA_PACKED */
	uint8_t rate_number; /* which of info's rates, 0 the usual one */
	uint16_t session;
	uint32_t first_index; /* of the first sample in the session, modulo 2^32 */
	uint32_t ticks;       /* the patch's clock at the first sample, modulo 2^32 */
	uint8_t count;        /* 1 to BL_MAX_FRAME_SAMPLES */
	int16_t samples[BL_MAX_FRAME_SAMPLES];
} bl_frame;

/**
 * Samples to be delta-packed that would not become shorter by it are written as int16, and the frame says so:
 * no frame is longer than bl_frame_length() of its count.
 */
size_t bl_encode_frame(const bl_frame *frame, uint8_t *out, size_t capacity);
bl_reason bl_decode_frame(const uint8_t *bytes, size_t length, bl_frame *frame);

/** The longest that a frame of so many samples can be. */
size_t bl_frame_length(uint8_t samples);

/** The ATT MTU that frames of so many samples need. */
uint16_t bl_mtu_needed(uint8_t samples);

/* ---- Info -------------------------------------------------------------------------------------------- */

enum {
	BL_CAN_BACKFILL = 1 << 0,
	BL_CAN_TIME_PING = 1 << 1,
	BL_CAN_TELL_LEADS_APART = 1 << 2,
	BL_HAS_EVENT_BUTTON = 1 << 3,
	BL_HAS_TEMPERATURE = 1 << 4,
	BL_CAN_DELTA_PACK = 1 << 5,
	BL_CAN_INT24 = 1 << 6,
	BL_CAPABILITIES = (1 << 7) - 1
};

typedef struct {
	uint8_t major;
	uint8_t minor;
	uint16_t capabilities;       /* BL_CAN_..., BL_HAS_... */
	uint32_t nanovolts_per_unit; /* 1 to 1,000,000 */
	uint8_t rate_count;          /* 1 to BL_MAX_RATES */
	uint32_t rates[BL_MAX_RATES]; /* mHz, 1,000 to 8,000,000; the usual one first */
	uint32_t ring_depth;         /* samples kept for backfill */
	char model[BL_MAX_TEXT_LENGTH + 1];  /* printable ASCII, terminated */
	char serial[BL_MAX_TEXT_LENGTH + 1]; /* printable ASCII, terminated */
} bl_info;

size_t bl_encode_info(const bl_info *info, uint8_t *out, size_t capacity);
bl_reason bl_decode_info(const uint8_t *bytes, size_t length, bl_info *info);

/* ---- Status ------------------------------------------------------------------------------------------ */

enum {
	BL_STATUS_LEAD_OFF_POSITIVE = 1 << 0,
	BL_STATUS_LEAD_OFF_NEGATIVE = 1 << 1,
	BL_STATUS_STREAMING = 1 << 2,
	BL_STATUS_LOW_BATTERY = 1 << 3,
	BL_STATUS_CHARGING = 1 << 4,
	BL_STATUS_FLAGS = (1 << 5) - 1
};

#define BL_UNKNOWN_BATTERY 255
#define BL_UNKNOWN_TEMPERATURE (-32767 - 1)

typedef struct {
	uint8_t major;
	uint8_t minor;
	uint8_t battery; /* percent, or BL_UNKNOWN_BATTERY */
	uint8_t flags;   /* BL_STATUS_... */
	uint16_t session;
	int16_t centidegrees; /* 0.01 degrees Celsius, or BL_UNKNOWN_TEMPERATURE */
	uint32_t samples_dropped;
	uint32_t ring_high_water;
} bl_status;

size_t bl_encode_status(const bl_status *status, uint8_t *out, size_t capacity);
bl_reason bl_decode_status(const uint8_t *bytes, size_t length, bl_status *status);

/* ---- Control ----------------------------------------------------------------------------------------- */

enum {
	BL_GET_INFO = 0x01,
	BL_START = 0x02,
	BL_STOP = 0x03,
	BL_GET_STATUS = 0x04,
	BL_TIME_PING = 0x05,
	BL_BACKFILL_SAMPLES = 0x10,
	BL_ABORT = 0x11,
	/** Indicated only: a backfill has come to its end, BL_SUCCESS or BL_NOT_IN_RING. */
	BL_BACKFILL_ENDED = 0x12
};

enum {
	BL_SUCCESS,
	BL_REFUSED_UNKNOWN_OPCODE,
	BL_REFUSED_LENGTH,
	BL_REFUSED_PARAMETER,
	BL_NOT_SUPPORTED,
	BL_ALREADY_STREAMING,
	BL_NOT_STREAMING,
	BL_MTU_TOO_SMALL,
	BL_NOT_SUBSCRIBED,
	BL_BUSY,
	BL_NOT_IN_RING,
	BL_BATTERY_TOO_LOW,
	BL_HARDWARE_FAULT,
	BL_STATUS_CODES
};

typedef struct {
	uint8_t format;
	uint8_t rate_number;
	uint8_t samples_per_frame; /* in a request 0: the patch chooses */
	uint16_t session;          /* in answers only */
} bl_start;

/** Samples of a session: asked for, or still held. */
typedef struct {
	uint16_t session; /* in requests only */
	uint32_t first_index;
	uint32_t count; /* at least 1 */
} bl_range;

typedef struct {
	uint32_t token; /* the gateway's, brought back */
	uint32_t ticks; /* in answers only */
} bl_time;

/** What the gateway writes. */
typedef struct {
	uint8_t opcode;
	uint8_t tag;
	union {
		bl_start start;
		bl_time time;   /* BL_TIME_PING */
		bl_range range; /* BL_BACKFILL_SAMPLES */
	} as;
} bl_request;

size_t bl_encode_request(const bl_request *request, uint8_t *out, size_t capacity);
/** Where it refuses, opcode and tag are set if there were two bytes, so that the refusal can be answered. */
bl_reason bl_decode_request(const uint8_t *bytes, size_t length, bl_request *request);

/** The status code by which a patch answers a request that bl_decode_request() refused. */
uint8_t bl_refusal_of(bl_reason reason);

/** What the patch indicates. */
typedef struct {
	uint8_t opcode; /* of the request, without the answer's bit */
	uint8_t tag;
	uint8_t code; /* BL_SUCCESS and why not */
	union {
		bl_info info;
		bl_start start;
		bl_status status;
		bl_time time;
		bl_range range;
		uint16_t mtu_needed; /* BL_MTU_TOO_SMALL */
	} as;
} bl_answer;

size_t bl_encode_answer(const bl_answer *answer, uint8_t *out, size_t capacity);
bl_reason bl_decode_answer(const uint8_t *bytes, size_t length, bl_answer *answer);

/* ---- Ring -------------------------------------------------------------------------------------------- */

/** Of one frame in the ring. */
typedef struct {
	uint32_t first_index;
	uint32_t ticks;
	uint8_t flags;
	uint8_t count;
} bl_ring_mark;

/**
 * The newest frames of a session as they were acquired: what waits to be sent live, and what can be asked for
 * again. Indices run on without a hole from the oldest sample held to the newest.
 */
typedef struct {
	bl_ring_mark *marks;
	int16_t *samples;
	size_t slots;
	uint8_t slot_samples;
	size_t oldest; /* slot */
	size_t used;   /* slots */
	uint32_t next_index;
	bl_start start;
} bl_ring;

/**
 * @param marks    room for `slots`
 * @param samples  room for `slots` times `slot_samples`
 * @param slots    at least 1
 */
void bl_ring_init(bl_ring *ring, bl_ring_mark *marks, int16_t *samples, size_t slots, uint8_t slot_samples);

/**
 * Begins a session: what was held before is forgotten, and the next sample has index 0. A backfill must not be
 * under way: the protocol has start refused as busy while one is.
 */
void bl_ring_begin(bl_ring *ring, const bl_start *start);

/**
 * Takes a frame's samples, in place of the oldest frame when the ring is full.
 * @param ticks  the clock at the first sample
 * @return false, and nothing is taken, when `count` is 0 or more than a slot holds
 */
bool bl_ring_put(bl_ring *ring, uint8_t flags, uint32_t ticks, const int16_t *samples, uint8_t count);

/** The samples held: `count` is 0 when there are none. */
bl_range bl_ring_held(const bl_ring *ring);

/** What the ring holds of what is wanted: `count` is 0 when that is nothing. */
bl_range bl_ring_overlap(const bl_ring *ring, const bl_range *wanted);

/**
 * Reads the frame that holds sample `*next`, as a live one. Go on with bl_after(frame) once it is sent.
 * When new samples have taken that one's place, `*next` moves to the oldest sample held.
 * @return false when there is nothing to read: `*next` has not been acquired yet
 */
bool bl_ring_read(const bl_ring *ring, uint32_t *next, bl_frame *frame);

/** The index that follows a frame. */
uint32_t bl_after(const bl_frame *frame);

/** A backfill; none to begin with: `= {0}`. Set `active` to false to abort it, and when the link is lost. */
typedef struct {
	bool active;
	uint8_t tag;
	bool overtaken; /* some of it was lost before it could be sent */
	uint32_t next;
	uint32_t left; /* samples */
} bl_backfill;

/**
 * Begins a backfill and fills in the answer to its request, be that a refusal: nothing held of this session, or
 * another backfill under way.
 */
void bl_backfill_begin(bl_backfill *backfill, const bl_ring *ring, const bl_request *request, bl_answer *answer);

typedef enum {
	BL_NO_BACKFILL,
	BL_BACKFILL_FRAME, /* `frame` is to be sent when no live one waits */
	BL_BACKFILL_END    /* `ended` is to be indicated; the backfill is over */
} bl_backfill_step;

/** What the backfill under way needs next; a frame is given again until bl_backfill_sent(). */
bl_backfill_step bl_backfill_read(bl_backfill *backfill, const bl_ring *ring, bl_frame *frame, bl_answer *ended);
void bl_backfill_sent(bl_backfill *backfill, const bl_frame *frame);

#ifdef __cplusplus
}
#endif

#endif
